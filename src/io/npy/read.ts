/** .npy files as sources: only their headers are read when the expression is made. */
import { readHead, urlOf } from '#files';
import { followMap } from '../../core/affine.js';
import { type AxisSpec, type ChunkSpec, normalizeChunks } from '../../core/chunks.js';
import { bytesOf } from '../../core/dtype.js';
import { ArgumentError, DTypeError, ShapeError } from '../../core/errors.js';
import { asAxis, formatShape, type Shape, sameShape, sizeOf } from '../../core/shape.js';
import { concat, source, view } from '../../expr/build.js';
import type { Expr, SourceExpr } from '../../expr/types.js';
import { headerBytes, type NpyHeader, parseHeader } from './header.js';

export interface NpyOptions {
  /** How the array is cut. Default: contiguous runs of the file, of 128 MiB at most. */
  readonly chunks?: ChunkSpec;
  /** What the layer is called. Default: the file's name. */
  readonly name?: string;
}

/** Enough for the header of any file but those of very many fields, and one small read. */
const START = 4096;
/** Bytes of a contiguous run above which the next axis of the file is cut too. */
const LONG_RUN = 128 * 2 ** 20;

/** The array in a .npy file or behind a URL that answers ranges. */
export async function npySource(operation: string, path: string | URL, options: NpyOptions = {}): Promise<SourceExpr> {
  const url = urlOf(path);
  const file = shortName(url);
  let head = await readHead(operation, url, START);
  const needed = headerBytes(operation, file, head.bytes);
  if (needed > head.bytes.length && head.bytes.length === START) head = await readHead(operation, url, needed);
  const { dtype, shape, order, littleEndian, offset } = parseHeader(operation, file, head.bytes, head.size);
  const spec = options.chunks ?? contiguous({ dtype, shape, order });
  return source({
    label: options.name ?? file.replace(/\.npy$/, ''),
    dtype,
    chunks: normalizeChunks(operation, spec, shape, dtype),
    source: { kind: 'file', url, offset, order, littleEndian },
    token: `${url} ${head.version}`,
  });
}

const shortName = (url: string): string => decodeURIComponent(new URL(url).pathname.split('/').at(-1) || url);

/** Blocks that each lie in the file in one piece. */
function contiguous({ dtype, shape, order }: Pick<NpyHeader, 'dtype' | 'shape' | 'order'>): AxisSpec[] {
  const slowestFirst = shape.map((_, axis) => (order === 'C' ? axis : shape.length - 1 - axis));
  const specs: AxisSpec[] = shape.map(() => -1);
  let run = sizeOf(shape) * bytesOf(dtype);
  for (const axis of slowestFirst) {
    run /= Math.max(1, shape[axis] as number);
    specs[axis] = run > LONG_RUN ? 1 : 'auto';
    if (run <= LONG_RUN) break;
  }
  return specs;
}

export interface NpyStackOptions extends NpyOptions {
  /** Where the axis that counts the files stands. Default 0. */
  readonly axis?: number;
}

/** Files of one shape and dtype, as one array with a new axis that counts them. */
export async function npyStack(
  operation: string,
  files: readonly (string | URL)[],
  { axis = 0, ...options }: NpyStackOptions = {},
): Promise<Expr> {
  const parts = await Promise.all(files.map((file) => npySource(operation, file, options)));
  const [first] = parts;
  if (first === undefined) throw new ArgumentError(operation, 'there are no .npy files to stack');
  for (const part of parts) checkAlike(operation, first, part);
  const at = asAxis(operation, axis, first.shape.length + 1);
  const layers = parts.map((part) => view(part, withoutAxis(part.shape, at), part.shape.toSpliced(at, 0, 1), 'stack'));
  return concat(layers, at, 'stack');
}

function checkAlike(operation: string, first: SourceExpr, other: SourceExpr): void {
  if (!sameShape(first.shape, other.shape)) {
    const [a, b] = [formatShape(first.shape), formatShape(other.shape)];
    throw new ShapeError(operation, `${first.label} has shape ${a}, ${other.label} ${b}: only equal shapes stack`);
  }
  if (first.dtype !== other.dtype) {
    throw new DTypeError(operation, `${first.label} holds ${first.dtype}, ${other.label} ${other.dtype}`, {
      hint: 'read them one by one, cast with astype, and join them with stack',
    });
  }
}

/** How an array of `shape` is read through a new axis of length 1 at `at`. */
const withoutAxis = (shape: Shape, at: number) => followMap(shape.map((_, axis) => (axis < at ? axis : axis + 1)));
