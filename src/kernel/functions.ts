/**
 * Functions of the math library on single numbers, for what draws numbers outside of kernels: the bits that kernels give, where
 * engines differ in those of `Math`.
 */
import { Builder } from './builder.js';
import { expandBody } from './expand.js';
import { hasWasm } from './instantiate.js';
import { routineFunction } from './interpret.js';
import type { Body } from './ir.js';
import { encodeFunctions } from './wasm/module.js';

const names = ['exp', 'log', 'log1p'] as const;

export type Functions = Readonly<Record<(typeof names)[number], (x: number) => number>>;

/** `name` of one float64, in primitives alone. */
function calling(name: string): Body {
  const b = new Builder();
  const x = b.push({ op: 'arg', dtype: 'float64', arg: 0 });
  b.call(name, 'float64', x);
  return expandBody(b.body());
}

const bodies = (): readonly (readonly [string, Body])[] => names.map((name) => [name, calling(name)]);

function compiled(): Functions {
  const { bytes, constants } = encodeFunctions(bodies());
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  const { memory, ...functions } = exports as { memory: WebAssembly.Memory } & Functions;
  for (const { at, bytes: table } of constants) new Uint8Array(memory.buffer, at).set(table);
  return functions;
}

/** The same without WebAssembly. */
export function interpretedFunctions(): Functions {
  const interpreted = bodies().map(([name, body]) => {
    const run = routineFunction({ args: ['float64'], body, results: [body.length - 1] });
    return [name, (x: number) => run([x])[0] as number];
  });
  return Object.fromEntries(interpreted) as Functions;
}

let made: Functions | undefined;

export function mathOnNumbers(): Functions {
  made ??= hasWasm ? compiled() : interpretedFunctions();
  return made;
}
