/**
 * What clients and workers say to each other: versioned plain data in JSON, of bounded size, checked before anything is
 * done with it. A job names batches of a plan that is known by its hash, or an export of a module that the worker has
 * itself and must have been told to run; it holds no code.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import * as v from 'valibot';
import { ChunkwiseError, RefusedError } from '../core/errors.js';
import { type Failure, fromFailure, toFailure } from '../exec/failure.js';

export const version = 1;
/** A job's text is at most this long. */
export const mostPayload = 16 * 1024;
/** Blocks in base64 that one job brings along, and that one result brings back. */
export const mostInlinePayload = 10 * 1024;
export const mostInlineResult = 4 * 1024;
/** Batches of one job. */
export const mostBatches = 64;
/** Arguments and results of tasks in the storage. */
export const mostCarried = 2 ** 31;
/** A result's text: its blocks, and a line a batch. */
const mostResult = 32 * 1024;
const mostReason = 8 * 1024;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const name = v.pipe(v.string(), v.maxLength(128));
const hex = (length: number) => v.pipe(v.string(), v.length(length), v.regex(/^[0-9a-f]*$/));
const base64 = v.pipe(v.string(), v.maxLength(mostPayload), v.regex(/^[A-Za-z0-9+/]*={0,2}$/));
/** Stage and first task: which batch. */
const place = v.strictTuple([count, count]);

const jobOf = <K extends string>(kind: K) => ({
  v: v.literal(version),
  kind: v.literal(kind),
  job: name,
  run: hex(32),
  /** The storage that client and worker must share. */
  store: name,
  timeoutMs: v.optional(v.pipe(count, v.minValue(1))),
});

const batches = v.strictObject({
  ...jobOf('batches'),
  /** The hash of the plan's text. */
  spec: hex(64),
  /** Stage, first task, end. */
  batches: v.pipe(v.array(v.strictTuple([count, count, count])), v.minLength(1), v.maxLength(mostBatches)),
  /** Blocks that they read and that lie in no storage: stage, first task, bytes. */
  inline: v.pipe(v.array(v.strictTuple([count, count, base64])), v.maxLength(1024)),
});
export type BatchesPayload = v.InferOutput<typeof batches>;

/** Bytes that travel in the message, or lie in the storage and are what their hash says. */
const carried = v.union([
  v.strictObject({ inline: base64 }),
  v.strictObject({ bytes: v.pipe(count, v.maxValue(mostCarried)), sha256: hex(64) }),
]);
export type Carried = v.InferOutput<typeof carried>;

/** One call of a function of users. */
const call = v.strictObject({
  ...jobOf('call'),
  module: v.pipe(v.string(), v.maxLength(2048)),
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(128)),
  /** Numbers the call in its run: its arguments and its result are called so in the storage. */
  call: count,
  args: carried,
});
export type CallPayload = v.InferOutput<typeof call>;

const payload = v.variant('kind', [batches, call]);
export type Payload = BatchesPayload | CallPayload;

const madeBlock = v.strictObject({
  stage: count,
  from: count,
  bytes: count,
  crc: count,
  start: v.number(),
  end: v.number(),
  /** Absent: it lies in the storage. */
  inline: v.optional(base64),
});
export type MadeBlock = v.InferOutput<typeof madeBlock>;

const result = v.variant('kind', [
  v.strictObject({
    v: v.literal(version),
    job: name,
    kind: v.literal('done'),
    worker: name,
    blocks: v.pipe(v.array(madeBlock), v.maxLength(mostBatches)),
  }),
  v.strictObject({ v: v.literal(version), job: name, kind: v.literal('returned'), value: carried }),
  /** Blocks that the job reads are not there, or not whole. */
  v.strictObject({
    v: v.literal(version),
    job: name,
    kind: v.literal('lost'),
    batches: v.pipe(v.array(place), v.minLength(1), v.maxLength(1024)),
  }),
  /** The plan, its storage or something of the client's in it is not there: it is to be sent again. */
  v.strictObject({ v: v.literal(version), job: name, kind: v.literal('restore') }),
]);
export type Result = v.InferOutput<typeof result>;

const envelope = v.strictObject({ body: v.string(), sig: v.optional(hex(64)) });

const signature = (key: string, body: string): string => createHmac('sha256', key).update(body).digest('hex');

/** `message` as text, signed where there is a key. */
export function seal(message: Payload | Result, key: string | undefined): string {
  const body = JSON.stringify(message);
  return JSON.stringify(key === undefined ? { body } : { body, sig: signature(key, body) });
}

/** The job that `text` says, after every check; a RefusedError otherwise. */
export const openPayload = (text: string, key: string | undefined): Payload =>
  unseal('job', payload, text, mostPayload * 2, mostPayload, key);

export const openResult = (text: string, key: string | undefined): Result =>
  unseal('result', result, text, mostResult * 2, mostResult, key);

function unseal<S extends v.GenericSchema>(
  what: string,
  schema: S,
  text: string,
  mostOuter: number,
  most: number,
  key: string | undefined,
): v.InferOutput<S> {
  if (text.length > mostOuter) throw new RefusedError(what, `it is ${text.length} characters long, ${most} are taken`);
  const { body, sig } = check(what, envelope, parseData(what, text));
  if (body.length > most) throw new RefusedError(what, `it is ${body.length} characters long, ${most} are taken`);
  if (key !== undefined && !isSigned(body, sig, key)) {
    throw new RefusedError(what, sig === undefined ? 'it is not signed' : 'its signature is wrong', {
      hint: 'give client and workers the same key',
    });
  }
  return check(what, schema, parseData(what, body));
}

function isSigned(body: string, sig: string | undefined, key: string): boolean {
  return sig !== undefined && timingSafeEqual(Buffer.from(signature(key, body), 'hex'), Buffer.from(sig, 'hex'));
}

const forbidden = new Set(['__proto__', 'constructor', 'prototype']);

/** JSON without keys that mean something to JavaScript itself. */
export function parseData(what: string, text: string): unknown {
  try {
    return JSON.parse(text, (key, value: unknown) => {
      if (forbidden.has(key)) throw new RefusedError(what, `the key ${key} is not taken`);
      return value;
    });
  } catch (error) {
    throw error instanceof RefusedError ? error : new RefusedError(what, 'it is not JSON');
  }
}

/** `data` as `schema` describes it; a RefusedError that names the first place where it is not. */
export function check<S extends v.GenericSchema>(what: string, schema: S, data: unknown): v.InferOutput<S> {
  const checked = v.safeParse(schema, data, { abortEarly: true });
  if (checked.success) return checked.output;
  const [issue] = checked.issues;
  const path = (v.getDotPath(issue) ?? '').slice(0, 200);
  throw new RefusedError(what, `${path === '' ? 'it' : path} is not what it should be: ${issue.message.slice(0, 200)}`);
}

/** An error as the engine keeps it: without the stack, which names paths of the worker's machine. */
export function sealFailure(error: unknown): string {
  const bare = ({ name, message, operation, hint, cause }: Failure, depth: number): object => ({
    name,
    message: message.slice(0, 1500),
    ...(operation === undefined ? {} : { operation }),
    ...(hint === undefined ? {} : { hint: hint.slice(0, 500) }),
    ...(cause === undefined || depth === 2 ? {} : { cause: bare(cause, depth + 1) }),
  });
  return JSON.stringify({ v: version, failure: bare(toFailure(error), 0) });
}

interface PlainFailure {
  readonly name: string;
  readonly message: string;
  readonly operation?: string | undefined;
  readonly hint?: string | undefined;
  readonly cause?: PlainFailure | undefined;
}

const failure: v.GenericSchema<PlainFailure> = v.strictObject({
  name: v.string(),
  message: v.string(),
  operation: v.optional(v.string()),
  hint: v.optional(v.string()),
  cause: v.optional(v.lazy(() => failure)),
});
const sealedFailure = v.strictObject({ v: v.literal(version), failure });

/** The error that `reason` says; undefined: it is not one of ours. */
export function openFailure(reason: string): Error | undefined {
  if (reason.length > mostReason || !reason.startsWith('{')) return undefined;
  try {
    const told = check('failure', sealedFailure, parseData('failure', reason)).failure;
    const plain = (f: PlainFailure): Failure => ({
      name: f.name,
      message: f.message,
      stack: undefined,
      ...(f.operation === undefined ? {} : { operation: f.operation }),
      ...(f.hint === undefined ? {} : { hint: f.hint }),
      ...(f.cause === undefined ? {} : { cause: plain(f.cause) }),
    });
    return fromFailure(plain(told));
  } catch (error) {
    if (error instanceof ChunkwiseError) return undefined;
    throw error;
  }
}
