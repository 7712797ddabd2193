/** Reading parts of sources: where a plan's input comes from when no task makes it. */
import { readBox, readBoxSync } from '#files';
import type { Box } from '../core/chunks.js';
import { stridesOf } from '../core/shape.js';
import type { Region } from '../kernel/run.js';
import type { PlanSource } from '../plan/types.js';

/** Whether every region of it is there without reading: it is used where it lies. */
export const isResident = (source: PlanSource): source is PlanSource & { kind: 'memory' } => source.kind === 'memory';

/** An array in memory, whole: one region serves all tasks. */
export const residentRegion = (source: PlanSource & { kind: 'memory' }): Region => ({
  origin: source.shape.map(() => 0),
  data: [source.data],
  offset: source.offset,
  strides: source.strides,
  addresses: source.address === undefined ? undefined : [source.address],
});

type Drawn = typeof import('./distribution.js');
/** The samplers, loaded when the first plan needs them: most never do. */
let drawn: Drawn | undefined;
const loadDrawn = async (): Promise<void> => {
  drawn = await import('./distribution.js');
};

/** The elements of `box`, at once where the source allows it, so that a task that reads need not wait. */
export function readRegion(source: PlanSource, box: Box): Region | Promise<Region> {
  const { origin } = box;
  const asRegion = ({ data, strides }: { data: Region['data'][number]; strides: readonly number[] }): Region => ({
    origin,
    data: [data],
    offset: 0,
    strides,
  });
  const draw = ({ readDistribution }: Drawn, spec: PlanSource & { kind: 'distribution' }): Region =>
    asRegion({ data: readDistribution(spec, origin, box.extent), strides: stridesOf(box.extent) });
  switch (source.kind) {
    case 'memory':
      return residentRegion(source);
    case 'file':
      if (source.url.startsWith('file:')) return asRegion(readBoxSync(source.url, source, box));
      return readBox(source.url, source, box).then(asRegion);
    case 'distribution':
      return drawn === undefined ? loadDrawn().then(() => readRegion(source, box)) : draw(drawn, source);
  }
}
