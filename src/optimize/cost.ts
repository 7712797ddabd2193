/**
 * What computing and moving one element costs, in nanoseconds of one core, roughly: enough to tell whether a value is
 * better computed again or kept.
 */
import { bytesOf } from '../core/dtype.js';
import { sizeOf } from '../core/shape.js';
import type { Expr } from '../expr/types.js';
import type { Body, Node } from '../kernel/ir.js';

const primitive = 0.3;
const slow: Readonly<Partial<Record<Node['op'], number>>> = {
  load: 0,
  const: 0,
  arg: 0,
  index: 0.1,
  bits: 1,
  divide: 1,
  sqrt: 1,
  floorDivide: 2,
  remainder: 2,
  table: 1,
  rare: 0.5,
  call: 4,
};

/** The cost of a body at one index, without its loads. */
export const bodyCost = (body: Body): number => body.reduce((ns, { op }) => ns + (slow[op] ?? primitive), 0);

/** How much kernel code a body makes, in IR nodes; a call stands for what it expands to. */
export const bodyWeight = (body: Body): number =>
  body.reduce((n, node) => n + (node.op === 'call' ? 16 : node.op === 'rare' ? 1 + node.slow.length : 1), 0);

/** Above this an array does not fit beside everything else, and keeping it means writing it out. */
const residentBytes = 256 * 2 ** 20;
const residentByte = 0.15;
const spilledByte = 3;

/** What a stage of its own costs however small it is: its tasks, and waiting for the last of them. */
export const stageCost = 50_000;

/** The cost of writing, or of reading back, one element of `e` if it is kept. */
export function movingCost(e: Expr): number {
  const width = bytesOf(e.dtype);
  return width * (sizeOf(e.shape) * width > residentBytes ? spilledByte : residentByte);
}
