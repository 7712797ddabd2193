/**
 * Index strength reduction: a 64-bit value that is `scale * index + shift` (mod 2^64) of one index node is carried from
 * iteration to iteration by an addition, instead of being multiplied out for each element.
 */
import { isWide } from '../../core/dtype.js';
import { type Body, fromLiteral, type Node, type Value } from '../ir.js';

/** scale * index + shift; without an index it is the constant `shift`. */
export interface Affine {
  readonly index: Value | undefined;
  readonly scale: bigint;
  readonly shift: bigint;
}

const sum = (a: Affine, b: Affine, sign: bigint): Affine | undefined => {
  if (a.index !== undefined && b.index !== undefined && a.index !== b.index) return undefined;
  return { index: a.index ?? b.index, scale: a.scale + sign * b.scale, shift: a.shift + sign * b.shift };
};

const product = (a: Affine, b: Affine): Affine | undefined => {
  if (a.index !== undefined && b.index !== undefined) return undefined;
  const [moving, fixed] = a.index === undefined ? [b, a] : [a, b];
  return { index: moving.index, scale: moving.scale * fixed.shift, shift: moving.shift * fixed.shift };
};

function affineNode(body: Body, v: Value, found: readonly (Affine | undefined)[]): Affine | undefined {
  const node = body[v] as Node;
  if (!isWide(node.dtype)) return undefined;
  if (node.op === 'index') return { index: v, scale: 1n, shift: 0n };
  if (node.op === 'const') return { index: undefined, scale: 0n, shift: fromLiteral(node.value, node.dtype) as bigint };
  const [a, b] = 'args' in node ? node.args.map((arg) => found[arg]) : [];
  switch (node.op) {
    case 'cast':
    case 'bitcast':
      return a;
    case 'add':
    case 'subtract':
      return a && b && sum(a, b, node.op === 'add' ? 1n : -1n);
    case 'multiply':
      return a && b && product(a, b);
    default:
      return undefined;
  }
}

/** One an a node: its affine form, where it has one. */
export function affineForms(body: Body): readonly (Affine | undefined)[] {
  const found: (Affine | undefined)[] = [];
  body.forEach((_, v) => {
    found.push(affineNode(body, v, found));
  });
  return found;
}
