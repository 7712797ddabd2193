/** The plan as it travels: the shape of the data. What it means is checked in checkPlan.ts. */
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { dtypeNames } from '../core/dtype.js';
import { RefusedError } from '../core/errors.js';
import type { SourceSpec } from '../expr/types.js';
import { type Body, generatorNames, type PrimitiveName, primitives, productDTypes } from '../kernel/ir.js';
import type { ArrayRef, Plan } from '../plan/types.js';
import { check, parseData, version } from './protocol.js';

/** The text of a plan is at most this long: plans are of the size of the program, not of the data. */
export const mostSpec = 8 * 2 ** 20;

const integer = v.pipe(v.number(), v.safeInteger());
const count = v.pipe(integer, v.minValue(0));
const positive = v.pipe(integer, v.minValue(1));
const finite = v.pipe(v.number(), v.finite());
const label = v.pipe(v.string(), v.maxLength(10_000));
const dtype = v.picklist(dtypeNames);
const dtypeList = v.pipe(v.array(dtype), v.maxLength(64));
const literal = v.union([v.number(), v.pipe(v.string(), v.maxLength(40)), v.boolean()]);
const values = v.pipe(v.array(count), v.maxLength(100_000));
const shape = v.pipe(v.array(count), v.maxLength(32));
const key = v.strictTuple([v.pipe(v.string(), v.regex(/^\d{1,20}$/)), v.pipe(v.string(), v.regex(/^\d{1,20}$/))]);
const generator = v.picklist(generatorNames);
const sizes = v.pipe(v.array(count), v.maxLength(1_000_000));
const cuts = v.union([
  v.strictObject({ length: count, size: positive, first: positive }),
  v.strictObject({ length: count, sizes: v.pipe(sizes, v.minLength(1)), starts: sizes }),
]);
const map = v.pipe(
  v.array(v.strictObject({ axis: integer, start: integer, step: integer, cuts: v.exactOptional(cuts) })),
  v.maxLength(32),
);

const body: v.GenericSchema<Body> = v.pipe(
  v.array(
    v.variant('op', [
      v.strictObject({ op: v.literal('load'), dtype, load: count }),
      v.strictObject({ op: v.literal('const'), dtype, value: literal }),
      v.strictObject({
        op: v.literal('index'),
        dtype: v.literal('int64'),
        offset: integer,
        coefs: v.pipe(v.array(integer), v.maxLength(32)),
      }),
      v.strictObject({
        op: v.literal('bits'),
        dtype: v.literal('uint64'),
        generator,
        key,
        word: v.pipe(count, v.maxValue(1_000_000)),
        args: v.strictTuple([count]),
      }),
      v.strictObject({ op: v.picklist(['cast', 'bitcast']), dtype, args: v.strictTuple([count]) }),
      v.strictObject({ op: v.literal('select'), dtype, args: v.strictTuple([count, count, count]) }),
      v.strictObject({
        op: v.literal('table'),
        dtype,
        values: v.pipe(v.array(literal), v.minLength(1), v.maxLength(65_536)),
        args: v.strictTuple([count]),
      }),
      v.strictObject({ op: v.literal('rare'), dtype, slow: v.lazy(() => body), args: v.pipe(values, v.minLength(2)) }),
      v.strictObject({ op: v.literal('arg'), dtype, arg: count }),
      v.strictObject({ op: v.picklist(Object.keys(primitives) as PrimitiveName[]), dtype, args: values }),
      v.strictObject({ op: v.literal('call'), fn: v.pipe(v.string(), v.maxLength(64)), dtype, args: values }),
    ]),
  ),
  v.maxLength(100_000),
) as v.GenericSchema<Body>;

const routine = v.strictObject({ args: dtypeList, body, results: values });
const fold = v.strictObject({
  name: label,
  state: dtypeList,
  init: v.array(literal),
  step: routine,
  settle: v.optional(routine),
  merge: routine,
  finish: routine,
  addsToPair: v.optional(v.literal(true)),
});
const output = v.variant('kind', [
  v.strictObject({ kind: v.literal('store'), dtype, value: count }),
  v.strictObject({
    kind: v.literal('reduce'),
    fold,
    feed: v.picklist(['values', 'states']),
    values,
    finish: v.boolean(),
  }),
  v.strictObject({
    kind: v.literal('scan'),
    fold,
    feed: v.picklist(['values', 'states']),
    values,
    before: values,
    exclusive: v.boolean(),
    finish: v.boolean(),
  }),
  v.strictObject({ kind: v.literal('dot'), dtype: v.picklist(productDTypes), left: count, right: count }),
]);
const kernel = v.strictObject({
  rank: v.pipe(count, v.maxValue(32)),
  loads: v.pipe(v.array(v.strictObject({ input: count, plane: count, dtype, map })), v.maxLength(10_000)),
  body,
  reduced: v.pipe(v.array(count), v.maxLength(32)),
  outputs: v.pipe(v.array(output), v.minLength(1), v.maxLength(1000)),
});

const chunks = v.pipe(v.array(cuts), v.maxLength(32));

const array = { shape, planes: dtypeList };
const ref: v.GenericSchema<ArrayRef> = v.variant('kind', [
  v.strictObject({ ...array, kind: v.literal('stage'), stage: count, output: count, chunks }),
  v.strictObject({ ...array, kind: v.literal('source'), source: count }),
  v.strictObject({
    ...array,
    kind: v.literal('concat'),
    axis: count,
    parts: v.pipe(v.array(v.lazy(() => ref)), v.maxLength(100_000)),
  }),
  v.strictObject({ ...array, kind: v.literal('reshape'), of: v.lazy(() => ref) }),
]);

const stage = v.strictObject({
  id: count,
  label,
  kernel,
  chunks,
  reads: v.pipe(v.array(ref), v.maxLength(10_000)),
  outputs: v.pipe(v.array(v.strictObject({ ...array, chunks })), v.minLength(1), v.maxLength(1000)),
  layers: v.pipe(v.array(label), v.maxLength(100_000)),
  taskBytes: finite,
  grain: v.pipe(positive, v.maxValue(1_000_000)),
});

const arraySource = { shape, dtype };
const source = v.variant('kind', [
  /** An array of the client's memory: block `source.<i>` of the run's storage. */
  v.strictObject({
    ...arraySource,
    kind: v.literal('uploaded'),
    length: count,
    strides: v.pipe(v.array(integer), v.maxLength(32)),
    offset: count,
  }),
  v.strictObject({
    ...arraySource,
    kind: v.literal('file'),
    url: v.pipe(v.string(), v.maxLength(4096)),
    offset: count,
    order: v.picklist(['C', 'F']),
    littleEndian: v.boolean(),
  }),
  v.strictObject({
    ...arraySource,
    kind: v.literal('distribution'),
    distribution: v.picklist(['gamma', 'beta', 'poisson', 'binomial']),
    params: v.pipe(v.array(finite), v.maxLength(8)),
    generator,
    key,
  }),
]);

const spec = v.strictObject({
  v: v.literal(version),
  stages: v.pipe(v.array(stage), v.minLength(1), v.maxLength(10_000)),
  sources: v.pipe(v.array(source), v.maxLength(10_000)),
});

/** A plan as it travels. */
export interface Spec {
  readonly v: typeof version;
  readonly stages: Plan['stages'];
  readonly sources: readonly SpecSource[];
}
export type SpecSource = UploadedSource | Exclude<Plan['sources'][number], { kind: 'memory' }>;
export type UploadedSource = Omit<SourceSpec & { kind: 'memory' }, 'data' | 'kind'> & {
  readonly [P in 'shape' | 'dtype']: Plan['sources'][number][P];
} & { readonly kind: 'uploaded'; readonly length: number };

/** `plan` as text: the arrays of this process are named instead of held, and what is for people alone is left out. */
export function specText(plan: Plan): string {
  const sources = plan.sources.map((given) => {
    if (given.kind !== 'memory') return given;
    const { data, strides, offset, shape, dtype } = given;
    return { kind: 'uploaded', length: data.length, strides, offset, shape, dtype };
  });
  const stages = plan.stages.map((stage) => ({ ...stage, layers: [] }));
  return JSON.stringify({ v: version, stages, sources });
}

export const specHash = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The plan that `text` says, whose hash must be `hash`: its form is checked, its meaning not yet. */
export function readSpec(text: string, hash: string): Spec {
  if (text.length > mostSpec) {
    throw new RefusedError('plan', `its text has ${text.length} characters, ${mostSpec} are taken`);
  }
  if (specHash(text) !== hash) throw new RefusedError('plan', 'it is not the one that the job names');
  return check('plan', spec, parseData('plan', text)) as Spec;
}
