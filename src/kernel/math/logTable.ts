/**
 * Where logarithms start from: a place c in each of 128 intervals of significands, with 1 / c and log c. The places are such that both
 * of these are nearly doubles (Gal's accurate tables: Gal and Bachelis, An Accurate Elementary Mathematical Library for the IEEE
 * Floating Point Standard, 1991).
 */
import { exp, fixed, log, nearest, quotient } from './fixedPoint.js';

/** The bits of the least significand, so that 1 lies in the middle of interval 74. */
export const lowest = 0x3ff0000000000000n - (74n << 45n) - (1n << 44n);
export const intervals = 128;

/** What logarithms are counted in: k log 2 and they have room in one double. */
const grid = 2 ** 42;

/** log c in units of 2^-42, to 2^-63 (test/kernel/math/log_table.py). */
const logarithms = [
  -1500453926373, -1476378244588, -1452368459207, -1428552834367, -1404867709103, -1381253678748, -1357813400026,
  -1334497360750, -1311280418036, -1288202706757, -1265239026082, -1242376636986, -1219651073272, -1197033622536,
  -1174551745890, -1152160316069, -1129900105733, -1107729438483, -1085673754605, -1063766072653, -1041932976162,
  -1020216428846, -998607732240, -977091816445, -955646323662, -934400931006, -913202686145, -892088644807,
  -871113660446, -850223482043, -829409829070, -808734037152, -788134725264, -767614459478, -747199356399,
  -726909460716, -706686172644, -686549488247, -666516406438, -646577500789, -626702032945, -606953182233,
  -587265429795, -567684428977, -548182600294, -528758119196, -509427649064, -490185712641, -471008016514,
  -451941549600, -432918575845, -413996151496, -395179595341, -376396970950, -357728959926, -339163475983,
  -320644782921, -302197293741, -283817751788, -265556221027, -247319500425, -229197818844, -211121116037,
  -193147275482, -175238009213, -157401057076, -139627495429, -121920681192, -104305247984, -86747206325, -69253793159,
  -51829763885, -34492823897, -17210876755, 0, 34233733679, 68188627912, 101889817363, 135395972236, 168547671603,
  201499901801, 234179355248, 266646811253, 298850357190, 330843264182, 362591348022, 394140606581, 425434691759,
  456534587944, 487373761921, 518021758924, 548456247116, 578681813939, 608706618524, 638519459744, 668153352852,
  697584930672, 726781721747, 755845146230, 784647527482, 813303645508, 841767015140, 870062073312, 898193333931,
  926118092566, 953877644994, 981402943791, 1008870580638, 1036049249977, 1063104074348, 1090011375263, 1116736646601,
  1143327755833, 1169742786292, 1196008917179, 1222082117899, 1248031589008, 1273832310579, 1299467706689,
  1324981177793, 1350323708136, 1375535837575, 1400604115855, 1425499095138, 1450270418799, 1474913349504,
  1499425221341, 1523783591515,
];

export interface LogTable {
  readonly places: readonly number[];
  readonly inverses: readonly number[];
  /** In units of 2^-42. */
  readonly logarithms: readonly number[];
}

function made(): LogTable {
  const scaled = logarithms.map((j) => j / grid);
  const places = scaled.map((logarithm) => nearest(exp(fixed(logarithm))));
  return { places, inverses: places.map((c) => 1 / c), logarithms: scaled };
}

let known: LogTable | undefined;

export function logTable(): LogTable {
  known ??= made();
  return known;
}

/** Logarithms of the places to another base, whose own is `base`: multiples of 2^-42, and what is left. */
export function logarithmsTo(base: bigint): { readonly high: readonly number[]; readonly low: readonly number[] } {
  const exact = logTable().places.map((c) => quotient(log(fixed(c)), base));
  const high = exact.map((x) => Math.round(nearest(x) * grid) / grid);
  return { high, low: exact.map((x, i) => nearest(x - fixed(high[i] as number))) };
}

export const ln2 = (): bigint => log(fixed(2));
/** 10 = 2^3 1.25 */
export const ln10 = (): bigint => 3n * ln2() + log(fixed(1.25));
