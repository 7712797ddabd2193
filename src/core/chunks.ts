/** How an array is cut into blocks: normalisation of what users give, and arithmetic on the cuts. */
import { bytesOf, type DType } from './dtype.js';
import { ChunkError } from './errors.js';
import { formatShape, type Shape } from './shape.js';

/** The lengths of the blocks along every axis: [[3, 3, 2]] is one axis of 8 in three blocks. */
export type Chunks = readonly (readonly number[])[];
