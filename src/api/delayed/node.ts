/** The graph of delayed calls: what a call is, and where the ones it depends on are in its arguments. */
import type { Task } from '../../exec/tasks/types.js';

/** A function of this thread, or a task for workers. */
export type Call = ((...args: never[]) => unknown) | Task;

/** Numbers the calls of this process. */
let calls = 0;

export class DelayedCall {
  /** The function's name and a number: no two are the same in a process. */
  readonly key: string;
  readonly call: Call;
  readonly args: readonly unknown[];

  constructor(call: Call, args: readonly unknown[]) {
    this.key = `${call.name || 'delayed'}-${calls++}`;
    this.call = call;
    this.args = Object.freeze([...args]);
    Object.freeze(this);
  }
}

const isPlain = (x: unknown): x is Readonly<Record<string, unknown>> => {
  if (typeof x !== 'object' || x === null) return false;
  const prototype: unknown = Object.getPrototypeOf(x);
  return prototype === Object.prototype || prototype === null;
};

/** `x` with `put` done to all that is no list and no plain object; itself where nothing in it changes. */
export function replaced(x: unknown, put: (leaf: unknown) => unknown): unknown {
  if (Array.isArray(x)) {
    const items = x.map((item) => replaced(item, put));
    return items.some((item, i) => item !== x[i]) ? items : x;
  }
  if (!isPlain(x)) return put(x);
  const entries = Object.entries(x).map(([key, value]) => [key, replaced(value, put)] as const);
  return entries.some(([key, value]) => value !== x[key]) ? Object.fromEntries(entries) : x;
}

/** The calls whose results `node` is given, each once. */
export function callsIn(node: DelayedCall): DelayedCall[] {
  const found = new Set<DelayedCall>();
  replaced(node.args, (leaf) => {
    if (leaf instanceof DelayedCall) found.add(leaf);
    return leaf;
  });
  return [...found];
}

/** All calls that `root` needs, each after those it depends on. Chains may be as long as memory allows. */
export function callOrder(root: DelayedCall): DelayedCall[] {
  const order = new Set<DelayedCall>();
  const entry = (node: DelayedCall) => ({ node, inputs: callsIn(node).reverse() });
  const stack = [entry(root)];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const input = top.inputs.pop();
    if (input === undefined) {
      order.add(top.node);
      stack.pop();
    } else if (!order.has(input)) stack.push(entry(input));
  }
  return [...order];
}
