/**
 * The time that no kernel can be faster than, on this machine and in this engine: what its bytes take at the bandwidth
 * that a loop with nothing else to do reaches, or what the instructions of its inner loop take when nothing waits for
 * another. Both are measured on the spot by WebAssembly written for it.
 */
import wabt from 'wabt';
import { encodeKernel } from '../../dist/kernel/compile.js';
import { leastNanoseconds } from './time.mjs';

const tools = await wabt();

function assembled(text) {
  const { buffer } = tools.parseWat('limit.wat', text).toBinary({});
  return new WebAssembly.Instance(new WebAssembly.Module(buffer)).exports;
}

const repeated = (count, write) => Array.from({ length: count }, (_, i) => write(i)).join('\n');

/** Chains that do not wait for each other: enough for every instruction's latency, few enough for the registers. */
const chains = 12;

/** Nanoseconds an instruction takes when `chains` of it run side by side; `start` is a value that it leaves ordinary. */
function instructionTime(op, start, rounds) {
  const unary = op.endsWith('sqrt') || op.endsWith('nearest');
  const step = (i) => `(local.set $c${i} (${op} (local.get $c${i})${unary ? '' : ' (local.get $by)'}))`;
  const { run } = assembled(`(module (func (export "run") (param $n i32) (result i32)
    (local $by v128) ${repeated(chains, (i) => `(local $c${i} v128)`)}
    (local.set $by (${start}))
    ${repeated(chains, (i) => `(local.set $c${i} (${start}))`)}
    (loop $again
      ${repeated(chains, step)} ${repeated(chains, step)}
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32x4.extract_lane 0 ${repeated(chains - 1, (i) => `(v128.xor (local.get $c${i})`)}
      (local.get $c${chains - 1})${')'.repeat(chains - 1)})))`);
  const turns = 100_000;
  return leastNanoseconds(() => run(turns), rounds) / (turns * chains * 2);
}

const one64 = 'f64x2.splat (f64.const 1)';
const one32 = 'f32x4.splat (f32.const 1)';
const word = 'v128.const i64x2 0x9e3779b97f4a7c15 0x9e3779b97f4a7c15';
/** The instructions that take longer than others, each on its own; all others are taken for an addition of integers. */
const slow = {
  'f64x2.add': one64,
  'f64x2.sub': one64,
  'f64x2.mul': one64,
  'f32x4.add': one32,
  'f32x4.sub': one32,
  'f32x4.mul': one32,
  'f64x2.div': one64,
  'f64x2.sqrt': one64,
  'f32x4.div': one32,
  'f32x4.sqrt': one32,
  'f64x2.nearest': one64,
  'f64x2.min': one64,
  'f64x2.max': one64,
  'i64x2.mul': word,
  'i32x4.mul': word,
};

/**
 * Nanoseconds a byte that is only read, by one thread, from an array far larger than the caches; written first, for
 * what never was is one page of zeros everywhere.
 */
function readTime(rounds) {
  const pages = 1024;
  const step = (i) => `(local.set $s${i} (f64x2.add (local.get $s${i}) (v128.load offset=${16 * i} (local.get $at))))`;
  const bytes = pages * 65536;
  const { fill, run } = assembled(`(module (memory ${pages})
    (func (export "fill") (memory.fill (i32.const 0) (i32.const 1) (i32.const ${bytes})))
    (func (export "run") (param $to i32) (result f64)
    (local $at i32) ${repeated(8, (i) => `(local $s${i} v128)`)}
    (loop $again
      ${repeated(8, step)}
      (br_if $again (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 128))) (local.get $to))))
    (f64x2.extract_lane 0 ${repeated(7, (i) => `(f64x2.add (local.get $s${i})`)} (local.get $s7)${')'.repeat(7)})))`);
  fill();
  return leastNanoseconds(() => run(bytes), rounds) / bytes;
}

/** { simple, slow: { op: ns }, byte }: nanoseconds each. */
export function measureLimits(rounds) {
  const times = Object.entries(slow).map(([op, start]) => [op, instructionTime(op, start, rounds)]);
  return {
    simple: instructionTime('i64x2.add', word, rounds),
    slow: Object.fromEntries(times),
    byte: readTime(rounds),
  };
}

/** Moving values between locals costs nothing that an engine could not avoid. */
const free = /^(local\.|global\.|(i32|i64|f32|f64|v128)\.const|end|else|drop|block|loop|if|;;)/;

/** The lines of the function that is exported as `name`. */
function functionText(text, name) {
  const lines = text.split('\n').map((each) => each.trim());
  const first = lines.findIndex((line) => line.startsWith('(func') && line.includes(`(export "${name}")`));
  const next = lines.findIndex((line, i) => i > first && line.startsWith('(func'));
  return lines.slice(first + 1, next < 0 ? undefined : next);
}

/**
 * The instructions of the inner loops, which are several where a body is cut into passes, and how many iterations one round
 * of each does: without loops inside them and without what stands under an `if`, which is there for elements that hardly
 * ever come.
 */
function innerLoops(lines) {
  const open = [];
  const all = [];
  let [before, constant] = ['', 1];
  for (const line of lines) {
    const [op] = line.split(' ', 1);
    const isRare = before === 'v128.any_true' || open.at(-1)?.isRare === true;
    before = op;
    if (isRare && (op === 'loop' || op === 'if' || op === 'block')) open.push({ isRare });
    else if (op === 'loop') {
      for (const each of open) each.inner = false;
      open.push({ loop: true, inner: true, found: [], round: 1 });
    } else if (op === 'if' || op === 'block') open.push({ loop: false, found: [] });
    else if (op === 'end' || op === 'end)') {
      const closed = open.pop();
      if (closed?.loop && closed.inner) all.push(closed);
    } else if (open.at(-1)?.loop && !free.test(line)) open.at(-1).found.push(op);
    // What counts down goes by the iterations of a round.
    if (op === 'i32.sub' && open.at(-1)?.loop) open.at(-1).round = constant;
    if (op === 'i32.const') constant = Number(line.split(' ')[1]);
  }
  return usual(all);
}

/**
 * Of loops that do the same in several ways the one that does nearly all: the first, where iterations come in rounds; and one that sums
 * from an anchor and looks for the largest element, before the one that does so without.
 */
const usual = (loops) =>
  loops.some(({ round }) => round > 1)
    ? loops.slice(0, 1)
    : loops.filter((_, i) => !loops[i - 1]?.found.includes('i32x4.max_u'));

/** Instructions that share units of their own, beside which all else goes on. */
const units = [/^f..x.\.(add|sub)$/, /^f..x.\.mul$/, /^f..x.\.(div|sqrt)$/];

/** An iteration does four elements. */
const lanes = 4;

/** Instructions an element, and the nanoseconds an element that they take at least. */
export function instructionLimit(kernel, { simple, slow }) {
  const module = tools.readWasm(encodeKernel(kernel).bytes, { readDebugNames: false });
  const loops = innerLoops(functionText(module.toText({ foldExprs: false, inlineExport: true }), 'tile'));
  module.destroy();
  const over = (time) =>
    loops.reduce((sum, { found, round }) => sum + found.reduce((n, op) => n + time(op), 0) / round, 0) / lanes;
  const all = over((op) => (units.some((unit) => unit.test(op)) ? simple : Math.max(simple, slow[op] ?? 0)));
  const busiest = units.map((unit) => over((op) => (unit.test(op) ? slow[op] : 0)));
  return { instructions: over(() => 1), ns: Math.max(all, ...busiest) };
}
