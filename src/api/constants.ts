/** The constants of the Array API standard. */

/** Euler's number. */
export const e: number = Math.E;
/** The ratio of a circle's circumference to its diameter. */
export const pi: number = Math.PI;
/** Positive infinity. */
export const inf: number = Number.POSITIVE_INFINITY;
/** Not a number. */
export const nan: number = Number.NaN;
/** A new axis of length 1 in an index: `x.slice(newaxis, ':')`. */
export const newaxis = null;
