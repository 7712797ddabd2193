import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Region } from '#src/kernel/run.js';
import type { PlanSource } from '#src/plan/types.js';
import { isResident, readRegion, residentRegion } from '#src/store/read.js';

const shape = [3, 4];
const data = Float64Array.from({ length: 12 }, (_, i) => i);
const memory: PlanSource = { kind: 'memory', data, strides: [4, 1], offset: 0, shape, dtype: 'float64' };

/** The elements of a box as the region has them. */
const elements = ({ origin, data: [plane], offset, strides }: Region, box: { origin: number[]; extent: number[] }) => {
  const [rows, columns] = box.extent as [number, number];
  return Array.from({ length: rows * columns }, (_, n) => {
    const index = [Math.floor(n / columns), n % columns];
    const at = index.reduce(
      (sum, i, axis) => sum + ((box.origin[axis] as number) + i - (origin[axis] as number)) * (strides[axis] as number),
      offset,
    );
    return Number(plane?.[at]);
  });
};

const box = { origin: [1, 2], extent: [2, 2] };

describe('readRegion', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chunkwise-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('gives memory where it lies, strides and all', () => {
    expect(isResident(memory)).toBe(true);
    expect(residentRegion(memory as PlanSource & { kind: 'memory' }).data[0]).toBe(data);
    expect(elements(readRegion(memory, box) as Region, box)).toEqual([6, 7, 10, 11]);
    const backwards: PlanSource = { ...memory, strides: [-4, -1], offset: 11 };
    expect(elements(readRegion(backwards, box) as Region, box)).toEqual([5, 4, 1, 0]);
  });

  test.each(['C', 'F'] as const)('reads a local file in order %s at once', async (order) => {
    const path = join(folder, `${order}.bin`);
    await writeFile(path, new Uint8Array(Float64Array.from([99, ...data]).buffer));
    const spec = { kind: 'file', url: pathToFileURL(path).href, offset: 8, littleEndian: true } as const;
    const region = readRegion({ ...spec, order, shape, dtype: 'float64' }, box);
    expect(region).not.toBeInstanceOf(Promise);
    expect(elements(region as Region, box)).toEqual(order === 'C' ? [6, 7, 10, 11] : [7, 10, 8, 11]);
  });

  test('draws any part of a distribution as part of the whole', async () => {
    const spec: PlanSource = {
      kind: 'distribution',
      distribution: 'gamma',
      params: [2, 1],
      generator: 'splitmix64',
      key: ['1', '3'],
      shape,
      dtype: 'float64',
    };
    const whole = await readRegion(spec, { origin: [0, 0], extent: shape });
    const part = readRegion(spec, box);
    expect(part).not.toBeInstanceOf(Promise);
    expect(elements(part as Region, box)).toEqual(elements(whole, box));
  });
});
