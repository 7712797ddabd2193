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
            if y.dtype == np.float16 or (x.dtype.kind != 'f' and y.dtype.kind == 'f') or (name, dtype) == ('square', 'bool'):
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


ARRAYS = draw()
here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, 'numpy.json'), 'w') as f:
    json.dump({'numpy': np.__version__, 'unary': list(unary()), 'binary': list(binary()), 'arrays': {d: text(x) for d, x in ARRAYS.items()}, 'reductions': list(reductions(ARRAYS))},
              f, separators=(',', ':'))
    f.write('\n')
