import type { ChunkedArray } from 'chunkwise';

export declare const resumable: () => ChunkedArray<'float64'>;
