/** docs/random.md from bench/results/random.json. */

const table = (head, rows) =>
  [head, head.map((_, i) => (i < 2 ? '---' : '---:')), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

const number = (n) => n.toLocaleString('en-US').replaceAll(',', ' ');
const chance = (p) => (p < 1e-4 ? p.toExponential(1) : p.toPrecision(2));

const method = `## What is drawn

A random value is a function of the seed, the number of its stream and the global index of the element, so it cannot depend on chunks, executor, threads or retries. A *stream* belongs to one array: the first array of a generator has stream 0, the next stream 1. Where a distribution needs more than one word an element, word *w* of the element is drawn.

| bit generator | word *w* of element *i* |
| --- | --- |
| \`weyl64\`, the default | Two Weyl sequences multiplied: with \`x = a + b * i\` and \`y = c + d * i\`, y odd, \`z = (x ^ x >> 32) * y\`, \`w = z ^ z >> 32\`, the word is \`w + (w << 21)\`, all modulo 2⁶⁴. A stream is cut into pages of 2²⁰ elements; each page has its own a, b, c and d, four words of SplitMix64 at a start and a gamma of the stream's own |
| \`splitmix64\` | SplittableRandom's construction on a counter (Steele, Lea and Flood, 2014): \`mix64(start + gamma * i)\`, mix64 being Stafford's 13th finaliser, with a start and an odd gamma of the stream's own. Gammas with few bit changes are replaced, as published. Each word has its own start and gamma |
| \`philox4x32\` | Philox4x32-10 of Random123 (Salmon, Moraes, Dror and Shaw, 2011): the counter holds the index and half of the key, the key the other half |

**Seeding.** Seed (of any size and sign), stream number and the generator's name are absorbed 64 bits at a time into two words, each step a bijection of what is absorbed followed by mix64; the two words are the key. Seeds 0 and 1, or streams 7 and 8, have nothing in common after that.

**Independence.** Pages of weyl64, of one stream or of several, have nothing in common but being words of SplitMix64. Within a page one product does not carry the top bits of a sequence down, which elements 2²⁸ apart would show if they were in one page; nothing in a page is further than 2²⁰. Words may repeat, as random ones do. Streams of splitmix64 are 2⁶³ different orders of the same 2⁶⁴ words, cut at a random place. Two streams of one gamma would overlap if their starts were close; with keys hashed to 127 bits, *k* streams of *n* elements share a stretch with a chance of about k² n / 2¹²⁷ (a thousand streams of 10¹²: 10⁻²⁰). Within one stream no word occurs twice before 2⁶⁴ elements; truly random words would repeat after about 2³², which no sum or mean shows. philox4x32 is a bijection of 128-bit counters, of which each stream has 2⁶⁴ of its own.

**Known answers.** \`test/kernel/random.test.ts\` and \`test/kernel/splitmixVectors.test.ts\` hold philox4x32 to Random123's vectors and the mixing function, with the golden gamma, to SplitMix64's.

**Not for secrets.** Neither generator is cryptographic.`;

const tested = (report) => `## How they are tested

\`bench/random-quality.mjs\` draws by the compiled kernels that arrays use. Each sequence below is cut into blocks of ${number(report.blockWords)} words. Every block is seen three times, as its upper 32 bits, as its lower 32 bits reversed, and as both combined by exclusive or, and put through ${report.testsAView} tests: ones in every bit, bytes, cells of 2 to 16 dimensions, upper against lower halves; serial correlation, correlation of Hamming weights and differing bits at lags 1 to 256; tuples of Hamming weights; gaps, poker, birthday spacings, ranks of matrices of 32 x 32 and 256 x 256 bits, collisions. Interleaved sequences put streams, seeds or words side by side, so that what one has to do with another shows as correlation at the lags, in the cells and in the ranks.

Two levels: the p-values of a test over the blocks must be uniform by Kolmogorov and Smirnov, and none of them too extreme for their number; the worse of the two, doubled, is the test's p. With ${number(report.values)} such values the smallest of a perfect generator is about ${chance(1 / report.values)}; below ${report.suspicious} one is suspicious, below ${report.failing} it fails.`;

function resultRows(report) {
  return report.results.map(({ generator, sequence, says, words, tests, smallest, test, low }) => [
    generator,
    `${sequence}: ${says}`,
    number(words),
    tests,
    chance(smallest),
    test,
    low,
  ]);
}

function verdict({ results, values, low, failing, suspicious, uniform }) {
  const bad = results.filter((r) => r.smallest < failing).length;
  const odd = results.filter((r) => r.smallest >= failing && r.smallest < suspicious).length;
  const summary =
    bad === 0 && odd === 0
      ? 'Nothing failed and nothing is suspicious.'
      : `${bad} sequences fail, ${odd} are suspicious.`;
  return `${summary} Of ${number(values)} p-values ${low} are below 0.001, where ${(values / 1000).toFixed(1)} are expected; the smallest ones of all sequences, corrected for their number, are uniform with p = ${chance(uniform)}.`;
}

function dieharder(report) {
  if (report.dieharder === undefined) return [];
  const rows = report.dieharder.map((d) => [d.generator, d.sequence, d.passed, d.weak, d.failed, d.notes]);
  return [
    `## dieharder\n\n${report.dieharder[0].version}, reading the words as they come (\`-g 200\`), tests ${report.dieharder[0].tests}. It calls p below 0.005 or above 0.995 weak, which one in a hundred is by chance.`,
    table(['generator', 'sequence', 'passed', 'weak', 'failed', 'weak or failed'], rows),
  ];
}

function practrand(report) {
  if (report.practrand === undefined) return [];
  const rows = report.practrand.map((r) => [
    r.generator,
    r.sequence,
    `2^${r.bytes}`,
    r.results,
    r.anomalies.join('; ') || 'none',
  ]);
  return [
    "## PractRand\n\nDoty-Humphrey's RNG_test, which doubles what it reads and tests all of it again. It calls a result unusual where chance gives one in some hundred.",
    table(['generator', 'sequence', 'bytes', 'results', 'anomalies'], rows),
  ];
}

export function randomDocument(report) {
  const parts = [
    '# Random numbers',
    'Written by `bench/random-quality.mjs`; do not edit.',
    method,
    tested(report),
    `## Results\n\n${report.machine.date}, Node ${report.machine.node}. ${verdict(report)}`,
    table(['generator', 'sequence', 'words of 64 bits', 'tests', 'smallest p', 'in', 'p < 0.001'], resultRows(report)),
    `The same battery on one block of generators with known faults: ${report.controls
      .map(({ name, failed, tests }) => `${name} fails ${failed} of ${tests}`)
      .join('; ')}.`,
    ...dieharder(report),
    ...practrand(report),
    `## Run it again

\`\`\`
npm run build
node bench/random-quality.mjs --samples ${report.samples} --docs    # words a sequence; --only weyl64, --sequences 'in-stream,words'
node bench/random-quality.mjs --dieharder all --docs                # adds dieharder, where it is installed
node bench/random-quality.mjs --practrand path/to/RNG_test --most 4GB --docs    # adds PractRand, where you have built it
node bench/random-quality.mjs --pipe 'weyl64/in-stream' | RNG_test stdin64    # any other battery
\`\`\``,
  ];
  return `${parts.join('\n\n')}\n`;
}
