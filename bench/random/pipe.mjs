/** Sequences as endless streams of 64-bit words, for programs that test what they read. */
import { spawn } from 'node:child_process';
import { blockWords } from './battery.mjs';

/** Writes a sequence to `out` until nobody reads it any more. */
export async function pipe(fill, out) {
  let [open, goOn] = [true, () => {}];
  const end = () => {
    open = false;
    goOn();
  };
  out.on('error', end).on('close', end);
  out.on('drain', () => goOn());
  for (let from = 0; open; from += blockWords) {
    const block = new BigUint64Array(blockWords);
    fill(block, from);
    if (out.write(new Uint8Array(block.buffer)) || !open) continue;
    await new Promise((resolve) => {
      goOn = resolve;
    });
  }
}

/** What `program` says of the words that `fill` draws. */
export async function verdict(program, args, fill) {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  const ended = new Promise((resolve, reject) => child.on('close', resolve).on('error', reject));
  await Promise.all([pipe(fill, child.stdin), ended]);
  return text;
}
