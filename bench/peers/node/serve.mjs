/**
 * The child's end of the protocol: lines "workload size parameter" come in; out goes "ok seconds answer",
 * "unavailable reason" or "error message". `table` has a function a workload that prepares for a size and gives what
 * is to be timed; what is prepared is kept for as long as workload and size stay.
 */
import { createInterface } from 'node:readline';

/** One number for an array of results: its mean for W2, positions weighted for W6c so that axes cannot be confused. */
export function answerOf(workload, result, size) {
  if (typeof result === 'number') return result;
  const values = Array.from(result, Number);
  if (workload === 'W2') return values.reduce((sum, x) => sum + x, 0) / (size * size * 10);
  return values.reduce((sum, x, i) => sum + (x * (i + 1)) / values.length, 0);
}

export async function serve(name, table) {
  console.log(`ready ${name}`);
  let [kept, run] = ['', undefined];
  for await (const line of createInterface({ input: process.stdin })) {
    const [workload, ...numbers] = line.split(' ');
    const [size, parameter] = numbers.map(Number);
    const prepare = table[workload];
    try {
      if (prepare === undefined) {
        console.log('unavailable not written for this system');
        continue;
      }
      if (kept !== line) run = await prepare(size, parameter);
      kept = line;
      if (typeof run === 'string') {
        console.log(`unavailable ${run}`);
        continue;
      }
      const start = performance.now();
      const result = await run();
      const seconds = (performance.now() - start) / 1000;
      console.log(`ok ${seconds} ${answerOf(workload, result, size)}`);
    } catch (error) {
      console.log(`error ${String(error?.message ?? error).replaceAll('\n', ' ')}`);
    }
  }
}
