/** Pictures of layer graphs. */
import type { Expr } from '../expr/types.js';
import { dotOf } from './dot.js';
import { draw, type PictureOptions } from './draw.js';
import { layerGraph } from './graph.js';

export type { GraphFormat } from './draw.js';

export interface VisualizeOptions extends PictureOptions {
  /** The graph after fusion rather than as written. */
  readonly optimizeGraph?: boolean;
}

/** The picture's text, written to `filename` where one is given. Nothing is computed. */
export function visualize(roots: readonly Expr[], options: VisualizeOptions = {}): Promise<string> {
  return draw(() => {
    const graph = layerGraph(roots, { optimized: options.optimizeGraph ?? false });
    const words = `Graph of ${graph.layers.length} layers and ${graph.tasks} tasks`;
    return { words, dot: (rankdir) => dotOf(graph, rankdir), data: graph };
  }, options);
}
