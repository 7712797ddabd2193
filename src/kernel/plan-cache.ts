/** Plans of the blocks that came lately: most blocks look like one before them. */
import type { BlockSteps } from './block-steps.js';
import { type NestPlan, type NestShape, planNest } from './nest-plan.js';

/** A plan, and what the blocks look like that it is for. */
interface SeenPlan {
  readonly look: Float64Array;
  readonly plan: NestPlan;
}

/** Blocks of an array rarely look more different than inside, at an edge and at a corner. */
const keptPlans = 4;

export class PlanCache {
  readonly #shape: NestShape;
  readonly #seen: SeenPlan[] = [];

  constructor(shape: NestShape) {
    this.#shape = shape;
  }

  /** The plan for the block measured last. */
  planFor(steps: BlockSteps): NestPlan {
    for (let i = 0; i < this.#seen.length; i++) {
      const { look, plan } = this.#seen[i] as SeenPlan;
      if (steps.looks(look)) return plan;
    }
    const axes = steps.axes().filter((a) => a.extent !== 1);
    const plan = planNest(axes, steps.at.length, this.#shape);
    if (this.#seen.length === keptPlans) this.#seen.pop();
    this.#seen.unshift({ look: steps.look(), plan });
    return plan;
  }
}
