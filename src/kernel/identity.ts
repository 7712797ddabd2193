/** What tells kernels apart: by all that they are, and by their code alone. */

import { digest } from '../core/hash.js';
import type { Body, Fold, Kernel, Node } from './ir.js';
import type { Key } from './random/weyl.js';
import { generators } from './random.js';

const foldHashes = new WeakMap<Fold, string>();

/** Folds are many times as long as what they fold, and shared. */
function hashOfFold(fold: Fold): string {
  const hash = foldHashes.get(fold) ?? digest(fold);
  foldHashes.set(fold, hash);
  return hash;
}

const digestOf = ({ outputs, ...rest }: Kernel): string =>
  digest({
    ...rest,
    outputs: outputs.map((output) => ('fold' in output ? { ...output, fold: hashOfFold(output.fold) } : output)),
  });

type Bits = Node & { op: 'bits' };

/** Whether the key of a random stream is read from memory. */
const isKeyApart = (node: Node): node is Bits => node.op === 'bits' && generators[node.generator].weyl !== undefined;

/** The keys of random streams that are no part of the code, by their text, in the order in which `body` names them. */
export function keysIn(body: Body, found = new Map<string, Key>()): Map<string, Key> {
  for (const node of body) {
    if (node.op === 'rare') keysIn(node.slow, found);
    else if (isKeyApart(node)) found.set(node.key.join(), node.key);
  }
  return found;
}

/** `body` with numbers for such keys. */
function withoutKeys(body: Body, keys: readonly string[]): unknown {
  return body.map((node) => {
    if (node.op === 'rare') return { ...node, slow: withoutKeys(node.slow, keys) };
    return isKeyApart(node) ? { ...node, key: keys.indexOf(node.key.join()) } : node;
  });
}

export interface Identity {
  /** Equal for kernels whose code is the same. */
  readonly code: string;
  /** Equal for equal kernels, on every machine. */
  readonly hash: string;
  readonly keys: readonly Key[];
}

const identities = new WeakMap<Kernel, Identity>();

export function identify(kernel: Kernel): Identity {
  const known = identities.get(kernel);
  if (known !== undefined) return known;
  const keys = keysIn(kernel.body);
  const code = digestOf({ ...kernel, body: withoutKeys(kernel.body, [...keys.keys()]) as Body });
  const hash = keys.size === 0 ? code : `${code}-${digest([...keys.keys()])}`;
  const made = { code, hash, keys: [...keys.values()] };
  identities.set(kernel, made);
  return made;
}

export const kernelHash = (kernel: Kernel): string => identify(kernel).hash;
/** Equal for kernels whose code is the same: those that differ in seeds alone, for one. */
export const kernelCode = (kernel: Kernel): string => identify(kernel).code;
