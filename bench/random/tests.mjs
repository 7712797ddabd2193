/**
 * The tests. Each looks at a block and gives a p-value, uniform if the words are random. A block has `words`: the upper
 * halves of its 64-bit words (or, in the reversed view, the lower halves with their bits reversed), `others`: the rest.
 * Sources of the ideas: Knuth, TAOCP 2, 3.3.2; Marsaglia's Diehard; L'Ecuyer and Simard's TestU01; Blackman and Vigna's
 * Hamming-weight dependencies.
 */
import { chiSquare, chiSquareTail, normal } from './probability.mjs';

export function popcount(x) {
  let v = x - ((x >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

export function reverseBits(x) {
  let v = ((x >>> 1) & 0x55555555) | ((x & 0x55555555) << 1);
  v = ((v >>> 2) & 0x33333333) | ((v & 0x33333333) << 2);
  v = ((v >>> 4) & 0x0f0f0f0f) | ((v & 0x0f0f0f0f) << 4);
  v = ((v >>> 8) & 0x00ff00ff) | ((v & 0x00ff00ff) << 8);
  return ((v >>> 16) | (v << 16)) >>> 0;
}

const uniformCells = (counts, total) => chiSquare(counts, () => total / counts.length);

/** How often each of the 32 bits is set: 32 independent normal deviates, squared. */
function monobit({ words }) {
  const ones = new Float64Array(32);
  for (let byte = 0; byte < 4; byte++) {
    const counts = byteCounts(words, 8 * byte);
    counts.forEach((n, value) => {
      for (let bit = 0; bit < 8; bit++) if ((value >> bit) & 1) ones[8 * byte + bit] += n;
    });
  }
  const n = words.length;
  const cells = [...ones].flatMap((k) => [k, n - k]);
  const x = cells.reduce((sum, k) => sum + (k - n / 2) ** 2 / (n / 2), 0);
  return chiSquareTail(x, 32);
}

function byteCounts(words, shift) {
  const counts = new Float64Array(256);
  for (let i = 0; i < words.length; i++) counts[(words[i] >>> shift) & 255]++;
  return counts;
}

const bytes =
  (shift) =>
  ({ words }) =>
    uniformCells(byteCounts(words, shift), words.length);

/** Cells of `size` dimensions, `bits` bits along each, from words that follow each other. */
const cells =
  (size, bits) =>
  ({ words }) => {
    const counts = new Float64Array(2 ** (size * bits));
    const points = Math.floor(words.length / size);
    for (let p = 0, i = 0; p < points; p++) {
      let cell = 0;
      for (let k = 0; k < size; k++) cell = (cell << bits) | (words[i++] >>> (32 - bits));
      counts[cell]++;
    }
    return uniformCells(counts, points);
  };

/** The mean product of values `lag` apart. */
const correlation =
  (lag) =>
  ({ words }) => {
    let sum = 0;
    const n = words.length - lag;
    for (let i = 0; i < n; i++) sum += (words[i] * 2 ** -32 - 0.5) * (words[i + lag] * 2 ** -32 - 0.5);
    return normal((sum / Math.sqrt(n)) * 12);
  };

/** The mean product of how many bits are set in words `lag` apart. */
const hammingCorrelation =
  (lag) =>
  ({ words }) => {
    let sum = 0;
    const n = words.length - lag;
    for (let i = 0; i < n; i++) sum += (popcount(words[i]) - 16) * (popcount(words[i + lag]) - 16);
    return normal(sum / (8 * Math.sqrt(n)));
  };

/** In how many bits words `lag` apart differ. */
const difference =
  (lag) =>
  ({ words }) => {
    let sum = 0;
    const n = words.length - lag;
    for (let i = 0; i < n; i++) sum += popcount(words[i] ^ words[i + lag]) - 16;
    return normal(sum / Math.sqrt(8 * n));
  };

/** Chances of few (below 15), usual (15 to 17) and many bits set of 32. */
const weightChances = (() => {
  const chance = [1];
  for (let k = 0; k < 32; k++) chance.push((chance[k] * (32 - k)) / (k + 1));
  const between = (low, high) => chance.slice(low, high + 1).reduce((sum, c) => sum + c, 0) / 2 ** 32;
  return [between(0, 14), between(15, 17), between(18, 32)];
})();

/** Six words in a row, each with few, usual or many bits set: the 729 combinations. */
function hammingTuples({ words }) {
  const counts = new Float64Array(729);
  const tuples = Math.floor(words.length / 6);
  for (let t = 0, i = 0; t < tuples; t++) {
    let cell = 0;
    for (let k = 0; k < 6; k++) {
      const weight = popcount(words[i++]);
      cell = cell * 3 + (weight < 15 ? 0 : weight < 18 ? 1 : 2);
    }
    counts[cell]++;
  }
  const chanceOf = (cell, left) =>
    left === 0 ? 1 : weightChances[cell % 3] * chanceOf(Math.floor(cell / 3), left - 1);
  return chiSquare(counts, (cell) => tuples * chanceOf(cell, 6));
}

/** Words between two that are below 1/16. */
function gap({ words }) {
  const counts = new Float64Array(101);
  let [length, gaps] = [0, 0];
  for (let i = 0; i < words.length; i++) {
    if (words[i] >>> 28 !== 0) {
      length++;
      continue;
    }
    counts[Math.min(length, 100)]++;
    gaps++;
    length = 0;
  }
  return chiSquare(counts, (k) => gaps * (k < 100 ? (15 / 16) ** k / 16 : (15 / 16) ** 100));
}

/** Different values among five digits to the base 16. */
const pokerChances = [1, 15, 25, 10, 1].map((partitions, i) => {
  let ways = partitions;
  for (let k = 0; k <= i; k++) ways *= 16 - k;
  return ways / 16 ** 5;
});

function poker({ words }) {
  const counts = new Float64Array(5);
  const hands = Math.floor(words.length / 5);
  for (let h = 0, i = 0; h < hands; h++) {
    let seen = 0;
    for (let k = 0; k < 5; k++) seen |= 1 << (words[i++] >>> 28);
    counts[popcount(seen) - 1]++;
  }
  return chiSquare(counts, (k) => hands * pokerChances[k]);
}

/** 512 birthdays in 2^24 days: equal spacings are Poisson with mean 2. */
function birthdaySpacings({ words }) {
  const [birthdays, counts] = [512, new Float64Array(9)];
  const years = Math.floor(words.length / birthdays);
  const [days, spacings] = [new Uint32Array(birthdays), new Uint32Array(birthdays - 1)];
  for (let year = 0; year < years; year++) {
    for (let i = 0; i < birthdays; i++) days[i] = words[year * birthdays + i] >>> 8;
    days.sort();
    for (let i = 0; i < spacings.length; i++) spacings[i] = days[i + 1] - days[i];
    spacings.sort();
    let equal = 0;
    for (let i = 1; i < spacings.length; i++) if (spacings[i] === spacings[i - 1]) equal++;
    counts[Math.min(equal, 8)]++;
  }
  const chance = [Math.exp(-2)];
  for (let k = 1; k < 8; k++) chance.push((chance[k - 1] * 2) / k);
  chance.push(1 - chance.reduce((sum, c) => sum + c, 0));
  return chiSquare(counts, (k) => years * chance[k]);
}

/** The rank of a matrix of `size` rows of `size` bits, 32 a word, over the field of two elements; `rows` is used up. */
function rankOf(rows, size) {
  const across = size / 32;
  let rank = 0;
  for (let column = 0; column < size; column++) {
    const [word, bit] = [column >>> 5, 31 - (column & 31)];
    let pivot = rank;
    while (pivot < size && ((rows[pivot * across + word] >>> bit) & 1) === 0) pivot++;
    if (pivot === size) continue;
    for (let w = word; w < across; w++) {
      const kept = rows[pivot * across + w];
      rows[pivot * across + w] = rows[rank * across + w];
      rows[rank * across + w] = kept;
    }
    for (let r = pivot + 1; r < size; r++) {
      if (((rows[r * across + word] >>> bit) & 1) === 0) continue;
      for (let w = word; w < across; w++) rows[r * across + w] ^= rows[rank * across + w];
    }
    rank++;
  }
  return rank;
}

/** Chances that a random matrix of `size` by `size` bits has full rank, one less, and less than that. */
function rankChances(size) {
  const chance = (rank) => {
    let p = 2 ** -((size - rank) ** 2);
    for (let i = 0; i < rank; i++) p *= (1 - 2 ** (i - size)) ** 2 / (1 - 2 ** (i - rank));
    return p;
  };
  const [full, one] = [chance(size), chance(size - 1)];
  return [full, one, 1 - full - one];
}

/** Ranks of matrices of bits from `1 / share` of the words: linear generators have fewer independent rows. */
const matrixRank = (size, share) => {
  const chances = rankChances(size);
  const area = (size * size) / 32;
  return ({ words }) => {
    const counts = new Float64Array(3);
    const matrices = Math.floor(words.length / area / share);
    for (let m = 0; m < matrices; m++) {
      const rank = rankOf(words.slice(m * area, (m + 1) * area), size);
      counts[Math.min(2, size - rank)]++;
    }
    return chiSquare(counts, (k) => matrices * chances[k]);
  };
};

/** 2^14 balls into 2^20 urns, again and again: how many fall where one lies already. */
function collisions({ words }) {
  const [balls, urns] = [2 ** 14, 2 ** 20];
  const trials = Math.floor(words.length / balls);
  const seen = new Int32Array(urns).fill(-1);
  let hits = 0;
  for (let trial = 0, i = 0; trial < trials; trial++) {
    for (let ball = 0; ball < balls; ball++) {
      const urn = words[i++] >>> 12;
      if (seen[urn] === trial) hits++;
      else seen[urn] = trial;
    }
  }
  const one = Math.exp(balls * Math.log1p(-1 / urns));
  const two = Math.exp(balls * Math.log1p(-2 / urns));
  const mean = balls - urns * (1 - one);
  const variance = urns * one * (1 - one) + urns * (urns - 1) * (two - one * one);
  return normal((hits - trials * mean) / Math.sqrt(trials * variance));
}

/** Whether the two halves of a word have to do with each other. */
const halves = ({ words, others }) => {
  const counts = new Float64Array(2 ** 16);
  for (let i = 0; i < words.length; i++) counts[((words[i] >>> 24) << 8) | (others[i] >>> 24)]++;
  return uniformCells(counts, words.length);
};

const lags = [1, 2, 3, 4, 8, 16, 32, 64, 128, 255, 256];

export const tests = {
  'ones a bit': monobit,
  ...Object.fromEntries([0, 8, 16, 24].map((shift) => [`bytes at bit ${shift}`, bytes(shift)])),
  'pairs, 128 x 128 cells': cells(2, 7),
  'triples, 32³ cells': cells(3, 5),
  'fours, 16⁴ cells': cells(4, 4),
  'eights, 4⁸ cells': cells(8, 2),
  'sixteens, 2¹⁶ cells': cells(16, 1),
  'upper and lower half': halves,
  ...Object.fromEntries(lags.map((lag) => [`serial correlation, lag ${lag}`, correlation(lag)])),
  ...Object.fromEntries(lags.map((lag) => [`Hamming correlation, lag ${lag}`, hammingCorrelation(lag)])),
  ...Object.fromEntries(lags.map((lag) => [`bits that differ, lag ${lag}`, difference(lag)])),
  'Hamming weights, 3⁶ cells': hammingTuples,
  gap,
  poker,
  'birthday spacings': birthdaySpacings,
  'matrix rank 32 x 32': matrixRank(32, 4),
  'matrix rank 256 x 256': matrixRank(256, 1),
  collisions,
};
