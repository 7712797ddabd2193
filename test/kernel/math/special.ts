/** What C99's Annex F and the Array API standard say: for every function, arguments and result, then a comma. */
export const special: Readonly<Record<string, string>> = {
  exp: '0 1, -0 1, inf inf, -inf 0, nan nan, 710 inf, -746 0',
  exp2: '0 1, -0 1, inf inf, -inf 0, nan nan, 1024 inf, -1076 0, 10 1024, -1074 5e-324',
  expm1: '0 0, -0 -0, inf inf, -inf -1, nan nan, 710 inf, -100 -1',
  log: '1 0, 0 -inf, -0 -inf, inf inf, -1 nan, -inf nan, nan nan',
  log2: '1 0, 0 -inf, -0 -inf, inf inf, -1 nan, nan nan, 8 3, 5e-324 -1074',
  log10: '1 0, 0 -inf, -0 -inf, inf inf, -1 nan, nan nan, 1000 3, 1e22 22',
  log1p: '0 0, -0 -0, -1 -inf, -2 nan, inf inf, -inf nan, nan nan',
  sin: '0 0, -0 -0, inf nan, -inf nan, nan nan',
  cos: '0 1, -0 1, inf nan, -inf nan, nan nan',
  tan: '0 0, -0 -0, inf nan, -inf nan, nan nan',
  asin: '0 0, -0 -0, 1 pi/2, -1 -pi/2, 1.1 nan, -inf nan, nan nan',
  acos: '1 0, 0 pi/2, -1 pi, 1.1 nan, -1.1 nan, inf nan, nan nan',
  atan: '0 0, -0 -0, inf pi/2, -inf -pi/2, nan nan',
  sinh: '0 0, -0 -0, inf inf, -inf -inf, nan nan, 711 inf',
  cosh: '0 1, -0 1, inf inf, -inf inf, nan nan, -711 inf',
  tanh: '0 0, -0 -0, inf 1, -inf -1, nan nan',
  asinh: '0 0, -0 -0, inf inf, -inf -inf, nan nan',
  acosh: '1 0, 0.9 nan, -inf nan, inf inf, nan nan',
  atanh: '0 0, -0 -0, 1 inf, -1 -inf, 1.1 nan, -2 nan, inf nan, nan nan',
  cbrt: '0 0, -0 -0, 27 3, -8 -2, inf inf, -inf -inf, nan nan',
  sign: '3 1, -2 -1, 0 0, -0 -0, inf 1, -inf -1, nan nan',
  atan2: `
    0 0 0, -0 0 -0, 0 -0 pi, -0 -0 -pi, 0 -1 pi, -0 -1 -pi, 0 1 0, 1 0 pi/2, -1 -0 -pi/2, 1 inf 0,
    -1 inf -0, 1 -inf pi, -1 -inf -pi, inf 5 pi/2, -inf -5 -pi/2, inf inf pi/4, inf -inf 3pi/4,
    -inf inf -pi/4, nan inf nan, inf nan nan, nan 1 nan, 0 nan nan`,
  pow: `
    nan 0 1, nan -0 1, 1 nan 1, 1 inf 1, -1 inf 1, -1 -inf 1, 2 nan nan, nan 1 nan, 0 3 0, -0 3 -0,
    -0 2 0, 0 -3 inf, -0 -3 -inf, -0 -2 inf, 0 0.5 0, 0 -inf inf, 0.5 inf 0, 0.5 -inf inf, -0.5 -inf inf,
    2 inf inf, -2 inf inf, 2 -inf 0, inf 2 inf, inf -2 0, -inf 3 -inf, -inf 2 inf, -inf -3 -0, -inf -2 0,
    -inf 0.5 inf, -8 third nan, -2 3 -8, -2 -3 -0.125, 10 2 100, 2 0.5 sqrt2, 4 -0.5 0.5, 0 0 1,
    1e300 1e300 inf, 1e300 -1e300 0, -1e300 3 -inf, 2 -1074 5e-324, 7 1 7`,
  hypot: '3 4 5, -0 -0 0, inf nan inf, nan -inf inf, nan 1 nan, 0 -2 2',
  logaddexp: '0 0 ln2, inf inf inf, -inf -inf -inf, -inf 3 3, inf -inf inf, nan 1 nan, 1 nan nan',
  nextafter: `
    1 2 1.0000000000000002, 1 0 0.9999999999999999, 0 1 5e-324, -0 -1 -5e-324, 5e-324 -1 0, -5e-324 1 -0,
    0 -0 -0, 1 1 1, 1.7976931348623157e308 inf inf, inf 0 1.7976931348623157e308, nan 1 nan, 1 nan nan,
    -1 -2 -1.0000000000000002`,
  fmod: '5 3 2, -5 3 -2, 5 -3 2, -0 3 -0, 5 inf 5, inf 3 nan, 5 0 nan, 0 0 nan, nan 1 nan, 6 3 0, -6 3 -0',
  remainder: `
    5 3 2, -5 3 1, 5 -3 -1, -5 -3 -2, 6 3 0, -6 3 0, 6 -3 -0, 0 3 0, -0 3 0, 5 inf 5, -5 inf inf,
    5 -inf -inf, -5 -inf -5, inf 3 nan, 5 0 nan, nan 1 nan, 1 nan nan, -1e-320 3 3`,
  floorDivide: `
    5 3 1, -5 3 -2, 5 -3 -2, -5 -3 1, 6 3 2, 0 -3 -0, -0 3 -0, 5 0 inf, -5 0 -inf, 0 0 nan, 5 inf 0,
    -5 inf -1, 5 -inf -1, -5 -inf 0, inf 3 nan, nan 1 nan, 1 0.1 9, 6.3 0.1 62`,
};

const named: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
  third: 1 / 3,
  ln2: Math.LN2,
  sqrt2: Math.SQRT2,
  pi: Math.PI,
  '-pi': -Math.PI,
  'pi/2': Math.PI / 2,
  '-pi/2': -Math.PI / 2,
  'pi/4': Math.PI / 4,
  '-pi/4': -Math.PI / 4,
  '3pi/4': (3 * Math.PI) / 4,
};

/** The rows of a table's text as numbers. */
export const rowsOf = (text: string): number[][] =>
  text.split(',').map((row) =>
    row
      .trim()
      .split(/\s+/)
      .map((word) => named[word] ?? Number(word)),
  );
