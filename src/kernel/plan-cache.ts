/** Plans of the blocks that came lately: most blocks look like one before them. */
import type { BlockSteps } from './block-steps.js';
import { type Axis, type NestPlan, type NestShape, planNest } from './nest-plan.js';
import type { Layout } from './wasm/layout.js';

/** A plan, and what the blocks look like that it is for. */
interface SeenPlan {
  readonly look: Float64Array;
  readonly inPlace: boolean;
  readonly plan: NestPlan;
}

/** What the planner must know of the kernel laid out so. */
export function shapeOf(layout: Layout, pageLength: number): NestShape {
  const { loads, indexes, outputs, lanes, capacity, crossedCapacity, steppedRows, state } = layout;
  return {
    loads: loads.length,
    indexes: indexes.length,
    folds: state.slots.length > 0,
    lanes,
    capacity,
    crossedCapacity,
    pageLength,
    states: state.groups * lanes,
    steppedRows,
    tiled: loads.length > 0 || outputs.some((o) => o.kind !== 'reduce'),
  };
}

/** Blocks of an array rarely look more different than inside, at an edge and at a corner. */
const keptPlans = 4;

export class PlanCache {
  readonly #shape: NestShape;
  /** The same for blocks of which nothing has to be copied: tiles are as long as may be. */
  readonly #free: NestShape;
  readonly #seen: SeenPlan[] = [];

  constructor(shape: NestShape, freeCapacity: number) {
    this.#shape = shape;
    this.#free = { ...shape, capacity: freeCapacity, tiled: false };
  }

  /** The plan for the block measured last. `inPlace`: whether all it loads lies where the kernel can read it. */
  planFor(steps: BlockSteps, inPlace: boolean): NestPlan {
    for (let i = 0; i < this.#seen.length; i++) {
      const seen = this.#seen[i] as SeenPlan;
      if (seen.inPlace === inPlace && steps.looks(seen.look)) return seen.plan;
    }
    const axes = steps.axes().filter((a) => a.extent !== 1);
    const plan = (inPlace ? this.#freePlan(axes, steps.at.length) : undefined) ?? this.#plan(axes, steps.at.length);
    if (this.#seen.length === keptPlans) this.#seen.pop();
    this.#seen.unshift({ look: steps.look(), inPlace, plan });
    return plan;
  }

  #plan(axes: readonly Axis[], streams: number): NestPlan {
    return planNest(axes, streams, this.#shape);
  }

  /** The plan without tiles, if every load is contiguous along its columns. */
  #freePlan(axes: readonly Axis[], streams: number): NestPlan | undefined {
    const plan = planNest(axes, streams, this.#free);
    const loads = plan.col.steps.slice(0, this.#free.loads);
    return plan.col.extent === 1 || loads.every((step) => step === 1) ? plan : undefined;
  }
}
