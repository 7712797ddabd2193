/** W1 to W7 in chunkwise, `da`: each prepares for a size, and gives what computes it once on `executor`. */
import { data } from './data.mjs';
import { quadratic } from './quadratic.mjs';

export function ownWorkloads(da, executor, bitGenerator = 'weyl64') {
  let seed = 0;
  const fresh = () => da.random.generator(++seed, { bitGenerator });
  const array = (name, ...shape) =>
    da
      .fromArray(
        data(
          name,
          shape.reduce((n, l) => n * l, 1),
        ),
      )
      .reshape(shape);
  const one = (expression) => expression.compute({ executor });
  return {
    W1: (n) => () => one(quadratic(da, fresh(), n)),
    W2: (side) => async () => {
      const rng = fresh();
      const chunks = [side / 5, side / 5, 5];
      const [x, y] = [rng.random([side, side, 10], { chunks }), rng.random([side, side, 10], { chunks })];
      return (await one(x.arcsin().add(y.arccos()).sum([1, 2]))).data;
    },
    W3: (n) => () => {
      const rng = fresh();
      const [x, y] = [rng.uniform(0, 1, n), rng.uniform(0, 1, n)];
      return one(da.where(da.expr`sqrt(${x}*${x} + ${y}*${y})`.less(1), 4, 0).mean());
    },
    W4: (n, chunks) => async () => (await one(fresh().random(n, { chunks }).sum())) / n,
    W5: (n) => () => one(fresh().uniform(0, 1, n).sqrt().mean()),
    W6a: (n) => {
      const [x, y] = [array('x', n), array('y', n)];
      return () => one(da.expr`sqrt(${x}*${x} + ${y}*${y})`.mean());
    },
    W6b: (n) => {
      const x = array('x', n);
      return () => one(x.sum());
    },
    W6c: (side) => {
      const x = array('x', side, 2 * side);
      return async () => (await one(x.mean(0))).data;
    },
    W6d: (n) => {
      const [x, y] = [array('x', n), array('y', n)];
      return () => one(da.expr`exp(-${x}*${x}) * sin(${y})`.sum());
    },
    W6e: (n) => {
      const x = array('x', n);
      return () => one(x.log().sum());
    },
    W7a: (side) => {
      const x = array('x', side, side);
      return () => one(da.matmul(x, x).sum());
    },
    W7b: (side) => {
      const x = array('x', side, side);
      return () => one(x.add(x.transpose()).sum());
    },
  };
}
