"""Writes numpy.json: what NumPy answers, as text that keeps every bit. Run with any Python that has NumPy >= 1.24.

Float sums, products and what stands on them are taken from exact fractions instead: NumPy does not round them correctly.
"""
import json
import os
import warnings
from fractions import Fraction
from math import prod

import numpy as np

warnings.simplefilter('ignore')
np.seterr(all='ignore')

FLOATS = [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 1.5, 2.0, 3.7, -3.7, 1e-8, -1e-8, 10.0, 1e10, 700.0, -745.2, 1e-310, 1e308,
          np.pi, -np.e, np.inf, -np.inf, np.nan, 0.1, 4503599627370497.5]
BINARY_FLOATS = [0.0, -0.0, 1.0, -2.5, 3.0, 1e-310, np.inf, -np.inf, np.nan]
VALUES = {
    'bool': [False, True],
    'int8': [-128, -127, -3, -1, 0, 1, 2, 5, 127],
    'uint8': [0, 1, 2, 7, 128, 255],
    'int32': [-2**31, -7, -1, 0, 1, 3, 10, 2**31 - 1],
    'int64': [-2**63, -2**53 - 1, -5, -1, 0, 1, 2, 7, 2**53 + 1, 2**63 - 1],
    'uint64': [0, 1, 3, 2**53 + 1, 2**64 - 1],
    'float32': [np.float32(x) for x in FLOATS],
    'float64': FLOATS,
}
UNARY = {
    'abs': 'absolute', 'acos': 'arccos', 'acosh': 'arccosh', 'asin': 'arcsin', 'asinh': 'arcsinh', 'atan': 'arctan',
    'atanh': 'arctanh', 'bitwiseInvert': 'invert', 'cbrt': 'cbrt', 'ceil': 'ceil', 'cos': 'cos', 'cosh': 'cosh',
    'exp': 'exp', 'exp2': 'exp2', 'expm1': 'expm1', 'floor': 'floor', 'isfinite': 'isfinite', 'isinf': 'isinf',
    'isnan': 'isnan', 'log': 'log', 'log10': 'log10', 'log1p': 'log1p', 'log2': 'log2', 'logicalNot': 'logical_not',
    'negative': 'negative', 'positive': 'positive', 'reciprocal': None, 'round': 'rint', 'sign': 'sign',
    'signbit': 'signbit', 'sin': 'sin', 'sinh': 'sinh', 'sqrt': 'sqrt', 'square': 'square', 'tan': 'tan', 'tanh': 'tanh',
    'trunc': 'trunc',
}
BINARY = {
    'add': 'add', 'subtract': 'subtract', 'multiply': 'multiply', 'divide': 'divide', 'floorDivide': 'floor_divide',
    'remainder': 'remainder', 'pow': 'power', 'atan2': 'arctan2', 'hypot': 'hypot', 'copysign': 'copysign',
    'nextafter': 'nextafter', 'logaddexp': 'logaddexp', 'maximum': 'maximum', 'minimum': 'minimum', 'equal': 'equal',
    'notEqual': 'not_equal', 'less': 'less', 'lessEqual': 'less_equal', 'greater': 'greater',
    'greaterEqual': 'greater_equal', 'logicalAnd': 'logical_and', 'logicalOr': 'logical_or',
    'logicalXor': 'logical_xor', 'bitwiseAnd': 'bitwise_and', 'bitwiseOr': 'bitwise_or', 'bitwiseXor': 'bitwise_xor',
    'bitwiseLeftShift': 'left_shift', 'bitwiseRightShift': 'right_shift',
}
REDUCTIONS = ['sum', 'prod', 'max', 'min', 'mean', 'var', 'std', 'all', 'any', 'argmax', 'argmin']
FLOATING_UNARY = {'acos', 'acosh', 'asin', 'asinh', 'atan', 'atanh', 'cbrt', 'cos', 'cosh', 'exp', 'exp2', 'expm1', 'log',
                  'log10', 'log1p', 'log2', 'sin', 'sinh', 'sqrt', 'tan', 'tanh'}


def text(values):
    """repr keeps every bit of a double, and of a float32 seen as one."""
    out = []
    for v in np.asarray(values).ravel():
        if isinstance(v, np.floating):
            v = float(v)
            out.append('nan' if v != v else repr(v).removesuffix('.0') if v else repr(v))
        else:
            out.append(str(int(v)))
    return out


def unary():
    for name, np_name in UNARY.items():
        if np_name is None:
            continue
        for dtype, values in VALUES.items():
            x = np.array(values, dtype)
            if name in FLOATING_UNARY and x.dtype.kind != 'f':
                continue
            try:
                y = getattr(np, np_name)(x)
            except TypeError:
                continue
            if y.dtype == np.float16 or (x.dtype.kind != 'f' and y.dtype.kind == 'f') or (dtype == 'bool' and name in ('square', 'ceil', 'floor', 'trunc')):
                continue
            yield {'op': name, 'in': [dtype], 'x': text(x), 'dtype': y.dtype.name, 'y': text(y)}


def binary():
    for name, np_name in BINARY.items():
        for dtype, values in VALUES.items():
            some = values if len(values) < 7 else values[::2] if len(values) < 12 else BINARY_FLOATS
            a, b = (m.ravel() for m in np.meshgrid(np.array(some, dtype), np.array(some, dtype)))
            if name == 'pow' and a.dtype.kind == 'i':
                keep = b >= 0
                a, b = a[keep], b[keep]
            if 'Shift' in name and a.dtype.kind in 'iu':
                width = 8 * a.dtype.itemsize
                keep = (b >= 0) & (b < width)
                a, b = a[keep], b[keep]
            try:
                y = getattr(np, np_name)(a, b)
            except TypeError:
                continue
            if y.dtype == np.float16 or (a.dtype.kind != 'f' and y.dtype.kind == 'f' and name != 'divide'):
                continue
            if dtype in ('int8', 'uint8', 'bool') and name == 'divide':
                continue
            if dtype == 'bool' and name in ('floorDivide', 'remainder', 'pow', 'bitwiseLeftShift', 'bitwiseRightShift'):
                continue
            yield {'op': name, 'in': [dtype, dtype], 'x': text(a), 'y2': text(b), 'dtype': y.dtype.name, 'y': text(y)}


def root(q):
    """The square root of a fraction, rounded once."""
    scale = 2 ** 400
    n = int(q * scale * scale)
    r = 1 << ((n.bit_length() + 1) // 2)
    while True:
        better = (r + n // r) // 2 if r else 0
        if better >= r:
            return float(Fraction(r, scale))
        r = better


def exact(name, column):
    values = [Fraction(float(v)) for v in column]
    total = sum(values)
    if name == 'sum':
        return float(total)
    if name == 'prod':
        return float(prod(values))
    if name == 'norm':
        return root(sum(v * v for v in values))
    mean = total / len(values)
    if name == 'mean':
        return float(mean)
    variance = sum((v - mean) ** 2 for v in values) / len(values)
    return float(variance) if name == 'var' else root(variance)


def reduce_exactly(name, x, axis):
    axes = range(x.ndim) if axis is None else [a % x.ndim for a in (axis if isinstance(axis, tuple) else (axis,))]
    kept = [a for a in range(x.ndim) if a not in axes]
    rows = x.transpose(kept + list(axes)).reshape([x.shape[a] for a in kept] + [-1])
    return np.apply_along_axis(lambda column: np.float64(exact(name, column)), -1, rows)


def draw():
    rng = np.random.default_rng(1)
    low = {'int8': -9, 'int64': -9, 'uint8': 0}
    arrays = {d: rng.integers(n, 9, (3, 4, 5)).astype(d) for d, n in low.items()}
    arrays.update({d: rng.normal(0, 3, (3, 4, 5)).round(3).astype(d) for d in ('float32', 'float64')})
    arrays['bool'] = rng.integers(0, 2, (3, 4, 5)).astype('bool')
    return arrays


def reductions(arrays):
    for dtype, x in arrays.items():
        for name in REDUCTIONS:
            for axis in [None, 0, -1, (0, 2)]:
                if name.startswith('arg') and isinstance(axis, tuple):
                    continue
                wide = x.astype('float64') if x.dtype.kind == 'f' else x
                y = getattr(np, name)(wide, axis=axis)
                y = np.asarray(y)
                if x.dtype.kind == 'f' and name in ('max', 'min'):
                    y = y.astype(dtype)
                elif name in ('mean', 'var', 'std') or (x.dtype.kind == 'f' and name in ('sum', 'prod')):
                    y = np.asarray(reduce_exactly(name, x, axis)).astype(dtype if x.dtype.kind == 'f' else 'float64')
                yield {'op': name, 'in': [dtype], 'shape': [3, 4, 5], 'axis': axis, 'dtype': y.dtype.name,
                       'y': text(y), 'out': list(y.shape)}


NORMS = [(None, None), (0, None), ((0, 2), None), (-1, 1), (1, np.inf), (2, -np.inf), (0, 0), ((0, 1), 'fro'),
         ((0, 1), 1), ((2, 0), -1), ((-1, 0), np.inf), ((1, 2), -np.inf)]


def norm_exactly(x, axis, ord):
    if ord in (None, 'fro'):
        return reduce_exactly('norm', x, axis)
    if isinstance(axis, tuple):
        summed, left = axis if abs(ord) == 1 else axis[::-1]
        sums = np.expand_dims(reduce_exactly('sum', abs(x), summed), summed % 3)
        extreme = np.max if ord > 0 else np.min
        return extreme(sums, axis=(summed, left))
    return reduce_exactly('sum', abs(x), axis) if ord == 1 else np.linalg.norm(x, ord, axis)


def scan_exactly(x, axis):
    y = np.moveaxis(np.zeros(x.shape), axis, -1)
    for place in np.ndindex(y.shape[:-1]):
        column = np.moveaxis(x, axis, -1)[place]
        y[place] = [float(sum(Fraction(float(v)) for v in column[:i + 1])) for i in range(len(column))]
    return np.moveaxis(y, -1, axis)


def average_exactly(x, axis, weights):
    w = np.broadcast_to(weights if weights.shape == x.shape else weights.reshape([-1 if a == axis % 3 else 1 for a in range(3)]), x.shape)
    pairs = np.stack([x.astype('float64'), w.astype('float64')], -1)
    rows = pairs.reshape(-1, 2) if axis is None else np.moveaxis(pairs, axis % 3, 2).reshape(-1, x.shape[axis], 2)
    mean = lambda row: float(sum(Fraction(v) * Fraction(u) for v, u in row) / sum(Fraction(u) for _, u in row))
    if axis is None:
        return np.float64(mean(rows.tolist()))
    return np.array([mean(row) for row in rows.tolist()]).reshape([n for a, n in enumerate(x.shape) if a != axis % 3])


def case(op, dtype, options, numpy, y):
    """An exact answer, which NumPy's must be near."""
    y = np.asarray(y)
    assert np.allclose(numpy, y, 1e-4), (op, dtype, options)
    return {'op': op, 'in': [dtype], 'shape': [3, 4, 5], 'options': options, 'dtype': y.dtype.name, 'y': text(y),
            'out': list(y.shape)}


def calls(arrays):
    for dtype, x in arrays.items():
        wide = x.astype('float64')
        floating = dtype if x.dtype.kind == 'f' else 'float64'
        for axis, ord in NORMS:
            y = norm_exactly(wide, axis, ord).astype(floating)
            shown = {np.inf: 'inf', -np.inf: '-inf'}.get(ord, ord)
            yield case('norm', dtype, {'axis': axis, 'ord': shown}, np.linalg.norm(wide if ord or axis is not None else wide.ravel(), ord, axis), y)
        for axis in [0, 1, -1]:
            y = scan_exactly(x, axis).astype(dtype) if x.dtype.kind == 'f' else np.cumsum(x, axis)
            yield case('cumulativeSum', dtype, {'axis': axis}, np.cumsum(x, axis), y)
            if x.dtype.kind != 'f':
                yield case('cumulativeProd', dtype, {'axis': axis}, np.cumprod(x, axis), np.cumprod(x, axis))
        y = scan_exactly(x.ravel(), 0).astype(dtype) if x.dtype.kind == 'f' else np.cumsum(x)
        yield case('cumsum', dtype, {}, np.cumsum(x), y)
        for axis, weights in [(None, abs(x) + 1), (1, abs(x) + 1), (0, np.arange(1, 4)), (-1, np.arange(1, 6) / 8)]:
            if dtype == 'bool':
                weights = weights.astype('float64')
            y = average_exactly(x, axis, weights).astype('float32' if weights.dtype == np.float32 else 'float64')
            weights = {'dtype': weights.dtype.name, 'shape': list(weights.shape), 'data': text(weights)}
            given = np.array([float(v) for v in weights['data']]).reshape(weights['shape'])
            yield case('average', dtype, {'axis': axis, 'weights': weights}, np.average(wide, axis, given), y)


ARRAYS = draw()
here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, 'numpy.json'), 'w') as f:
    json.dump({'numpy': np.__version__, 'unary': list(unary()), 'binary': list(binary()), 'arrays': {d: text(x) for d, x in ARRAYS.items()}, 'reductions': list(reductions(ARRAYS)), 'calls': list(calls(ARRAYS))},
              f, separators=(',', ':'))
    f.write('\n')
