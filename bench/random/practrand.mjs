/** PractRand's RNG_test on words piped to it, where it is installed. */
import { verdict } from './pipe.mjs';

/** What a run says: the bytes it has read, as a power of two, the results it then had, and all that was ever unusual. */
function summary(text) {
  let [bytes, results, odd] = [0, 0, 0];
  const anomalies = new Set();
  for (const line of text.split('\n')) {
    const length = /^length= .*\(2\^(\d+) bytes\)/.exec(line)?.[1];
    if (length !== undefined) [bytes, odd] = [Number(length), 0];
    const [, test, verdict] = /^ {2}(\S+) +R= *\S+ +p *~?= *\S+ +(\S.*?) *$/.exec(line) ?? [];
    if (test !== undefined) {
      odd++;
      anomalies.add(`${test} ${verdict} at 2^${bytes}`);
    }
    const others = /(\d+) test result/.exec(line)?.[1];
    if (others !== undefined) results = Number(others) + odd;
  }
  return { bytes, results, anomalies: [...anomalies] };
}

/** Runs `program` on what `fill` draws, up to `most` ('64GB') bytes. */
export const runPractRand = async (program, fill, most) =>
  summary(await verdict(program, ['stdin64', '-tlmax', most], fill));
