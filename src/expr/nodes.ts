/** Constructors of the plain node kinds: each infers what it can, refuses what cannot be, and names the node. */
import { type AffineMap, broadcastMap, isIdentity } from '../core/affine.js';
import {
  blockCount,
  type ChunkSpec,
  type Chunks,
  type Cuts,
  concatCuts,
  normalizeChunks,
  sameChunks,
  shapeOf,
  sliceCuts,
  whole,
} from '../core/chunks.js';
import type { DType } from '../core/dtype.js';
import { ArgumentError, InternalError, ShapeError } from '../core/errors.js';
import { digest } from '../core/hash.js';
import { asAxis, asShape, broadcastShapes, formatShape, sameShape, sizeOf } from '../core/shape.js';
import type { Body } from '../kernel/ir.js';
import { reshapedChunks } from './reshape.js';
import type {
  ConcatExpr,
  Expr,
  MapExpr,
  RechunkExpr,
  ReduceExpr,
  ReshapeExpr,
  ScanExpr,
  SourceExpr,
  SourceSpec,
  ViewExpr,
} from './types.js';

export interface LoadSpec {
  readonly input: number;
  readonly map: AffineMap;
}

export const nameOf = (label: string, ...parts: readonly unknown[]): string => `${label}-${digest(parts)}`;
export const namesOf = (inputs: readonly Expr[]): string[] => inputs.map((e) => e.name);

/** Distinguishes sources made in different processes: names may meet in a shared store. */
let session: string | undefined;
let created = 0;

export interface SourceFields {
  readonly label: string;
  readonly source: SourceSpec;
  readonly dtype: DType;
  readonly chunks: Chunks;
  /** What the data can be known by; without it the source is taken for unlike any other. */
  readonly token?: string;
}

/** Blocks that exist already. */
export function source({ label, source: spec, dtype, chunks, token }: SourceFields): SourceExpr {
  session ??= globalThis.crypto.randomUUID();
  const known = token === undefined ? [session, created++] : [token];
  const shape = Object.freeze(shapeOf(chunks));
  const name = nameOf(label, 'source', ...known, dtype, chunks);
  return Object.freeze({ kind: 'source', label, name, inputs: [], shape, dtype, chunks, source: spec });
}

export interface MapFields {
  readonly label: string;
  readonly inputs?: readonly Expr[];
  readonly loads?: readonly LoadSpec[];
  /** Its last node is the value. */
  readonly body: Body;
  readonly chunks: Chunks;
}

/** `body` at every index of `chunks`; its dtype is that of its last node. */
export function map({ label, inputs = [], loads = [], body, chunks }: MapFields): MapExpr {
  const last = body.at(-1);
  if (last === undefined) throw new InternalError(label, 'a map needs a body');
  const name = nameOf(label, 'map', namesOf(inputs), loads, body, chunks);
  const shape = Object.freeze(shapeOf(chunks));
  return Object.freeze({ kind: 'map', label, name, inputs, shape, dtype: last.dtype, chunks, loads, body });
}

/** `x` seen through `indices`, as an array of `shape`; `x` itself where nothing changes. */
export function view(x: Expr, indices: AffineMap, shape: readonly number[], label = 'view'): Expr {
  if (isIdentity(indices, shape.length) && sameShape(x.shape, shape)) return x;
  const chunks = viewChunks(label, x, indices, shape);
  const name = nameOf(label, 'view', x.name, indices, shape);
  return Object.freeze({
    kind: 'view',
    label,
    name,
    inputs: [x],
    shape: Object.freeze([...shape]),
    dtype: x.dtype,
    chunks,
    map: indices,
  } satisfies ViewExpr);
}

/** An axis that follows one of x's is cut where that one is; what is repeated is cut so that blocks stay moderate. */
function viewChunks(label: string, x: Expr, indices: AffineMap, shape: readonly number[]): Chunks {
  const specs = shape.map((length, axis) => {
    const from = indices.findIndex((m) => m.axis === axis);
    const m = indices[from];
    return m === undefined || m.step === 0 ? length : sliceCuts(x.chunks[from] as Cuts, m.start, m.step, length);
  });
  return fillChunks(label, specs, shape, x.dtype);
}

/** `specs` with the axes that are still lengths cut so that blocks stay moderate. */
export function fillChunks(
  label: string,
  specs: readonly (Cuts | number)[],
  shape: readonly number[],
  dtype: DType,
): Chunks {
  const open = specs.map((s) => (typeof s === 'number' ? (s <= 1 ? whole(s) : ('auto' as const)) : s));
  return normalizeChunks(label, open, shape, dtype, { minBlocks: 1 });
}

/** What a reduce node says beyond its inputs; see ReduceExpr. */
export type ReduceFields = Omit<ReduceExpr, 'kind' | 'name' | 'shape' | 'domain'>;

/** A reduction in any phase. The fold is known by its name. Written out, since spreading takes an eighth of a tiny computation. */
export function reduce(fields: ReduceFields): ReduceExpr {
  const { label, inputs, dtype, phase, fold, axes, keepdims, splitEvery, loads, body, values, chunks, domainChunks } =
    fields;
  const name = nameOf(
    label,
    'reduce',
    namesOf(inputs),
    phase,
    fold.name,
    axes,
    keepdims,
    splitEvery,
    loads,
    body,
    values,
    chunks,
    domainChunks,
  );
  const shape = Object.freeze(shapeOf(chunks));
  const domain = Object.freeze(shapeOf(domainChunks));
  return Object.freeze({
    kind: 'reduce',
    label,
    name,
    inputs,
    shape,
    dtype,
    chunks,
    phase,
    fold,
    axes,
    keepdims,
    splitEvery,
    loads,
    body,
    values,
    domainChunks,
    domain,
  });
}

/** What a scan says beyond its inputs; see ScanExpr. */
export type ScanFields = Omit<ScanExpr, 'kind' | 'name' | 'shape'>;

/** A fold along one axis, written at every index. The fold is known by its name. */
export function scan(fields: ScanFields): ScanExpr {
  const { label, inputs, fold, axis, loads, body, values, chunks } = fields;
  const name = nameOf(label, 'scan', namesOf(inputs), fold.name, axis, loads, body, values, chunks);
  return Object.freeze({ ...fields, kind: 'scan', name, shape: Object.freeze(shapeOf(chunks)) });
}

/** Arrays of one dtype, one after the other along `axis`; all other lengths agree. */
export function concat(parts: readonly Expr[], axis = 0, label = 'concat'): Expr {
  const [head] = parts;
  if (head === undefined) throw new ArgumentError(label, 'there is nothing to join: give at least one array');
  const along = asAxis(label, axis, head.shape.length);
  for (const part of parts) {
    const fits =
      part.shape.length === head.shape.length && part.shape.every((n, i) => i === along || n === head.shape[i]);
    if (!fits) {
      throw new ShapeError(
        label,
        `shapes ${parts.map((p) => formatShape(p.shape)).join(', ')} differ beyond axis ${along}`,
      );
    }
    if (part.dtype !== head.dtype)
      throw new InternalError(label, `parts of ${head.dtype} and ${part.dtype}: convert them first`);
  }
  if (parts.length === 1) return head;
  const finest = parts.reduce((a, b) => (blockCount(b.chunks) > blockCount(a.chunks) ? b : a));
  const joined = concatCuts(parts.map((part) => part.chunks[along] as Cuts));
  const chunks = Object.freeze(finest.chunks.map((cuts, i) => (i === along ? joined : cuts)));
  const name = nameOf(label, 'concat', namesOf(parts), along);
  const shape = Object.freeze(shapeOf(chunks));
  return Object.freeze({
    kind: 'concat',
    label,
    name,
    inputs: Object.freeze([...parts]),
    shape,
    dtype: head.dtype,
    chunks,
    axis: along,
  } satisfies ConcatExpr);
}

/** `x` in other chunks; axes that `spec` leaves out keep theirs. */
export function rechunk(x: Expr, spec: ChunkSpec, label = 'rechunk'): Expr {
  const chunks = normalizeChunks(label, spec, x.shape, x.dtype, { current: x.chunks });
  if (sameChunks(chunks, x.chunks)) return x;
  const name = nameOf(label, 'rechunk', x.name, chunks);
  return Object.freeze({
    kind: 'rechunk',
    label,
    name,
    inputs: [x],
    shape: x.shape,
    dtype: x.dtype,
    chunks,
  } satisfies RechunkExpr);
}

/** The elements of `x` in row-major order, in another shape; one length may be -1, which is what is left. */
export function reshape(x: Expr, to: number | readonly number[], label = 'reshape'): Expr {
  const shape = Object.freeze(completeShape(label, x, typeof to === 'number' ? [to] : to));
  if (sameShape(shape, x.shape)) return x;
  const chunks = reshapedChunks(x.shape, x.chunks, shape);
  const name = nameOf(label, 'reshape', x.name, shape);
  return Object.freeze({
    kind: 'reshape',
    label,
    name,
    inputs: [x],
    shape,
    dtype: x.dtype,
    chunks,
  } satisfies ReshapeExpr);
}

function completeShape(label: string, x: Expr, to: readonly number[]): number[] {
  const [size, open] = [sizeOf(x.shape), to.filter((n) => n === -1).length];
  if (open > 1) throw new ShapeError(label, `only one length can be -1, got ${formatShape(to)}`);
  const known = asShape(
    label,
    to.filter((n) => n !== -1),
  ).reduce((a, b) => a * b, 1);
  const left = known === 0 ? Number.NaN : size / known;
  if (open === 1 ? !Number.isInteger(left) : known !== size) {
    throw new ShapeError(
      label,
      `${size} elements of shape ${formatShape(x.shape)} do not fill shape ${formatShape(to)}`,
    );
  }
  return to.map((n) => (n === -1 ? left : n));
}

/** `x` repeated along new axes and axes of length 1, without copying. */
export function broadcastTo(x: Expr, to: number | readonly number[], label = 'broadcastTo'): Expr {
  const shape = asShape(label, to);
  if (!sameShape(broadcastShapes(label, x.shape, shape), shape)) {
    throw new ShapeError(label, `shape ${formatShape(x.shape)} does not broadcast to ${formatShape(shape)}`);
  }
  return view(x, broadcastMap(x.shape, shape), shape, label);
}
