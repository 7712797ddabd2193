// Computes on the default pool and does not close it: the process must end by itself, and not before the result is there.
import { computeExprs } from '../../dist/compute.js';
import { regular } from '../../dist/core/chunks.js';
import { defaultPool } from '../../dist/exec/threads/index.js';

const coefs = [1];
const index = { op: 'index', dtype: 'int64', offset: 0, coefs };
const body = [index, { op: 'cast', dtype: 'float64', args: [0] }];
const shape = [1000];
const chunks = [regular(1000, 100)];
const common = { label: 'arange', name: 'arange-1', inputs: [], shape, dtype: 'float64', chunks };
const [values] = await computeExprs([{ ...common, kind: 'map', loads: [], body }], { executor: defaultPool() });
console.log(values.data.reduce((a, b) => a + b));
