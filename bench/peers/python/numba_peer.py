"""Numba: fused loops over all threads, compiled with fastmath; random numbers by its Mersenne Twister, one a thread."""

import math

import numba
import numpy as np
from numba import njit, prange

from data import data


def start(threads):
    numba.set_num_threads(threads)


def name():
    return f"Numba {numba.__version__}, parallel, fastmath, {numba.get_num_threads()} threads"


parallel = njit(parallel=True, fastmath=True)


@parallel
def quadratic(n):
    total = 0.0
    for _ in prange(n):
        a = np.random.uniform(5.0, 10.0)
        b = np.random.uniform(10.0, 20.0)
        c = np.random.uniform(-0.1, 0.1)
        total += (-b + math.sqrt(b * b - 4 * a * c)) / (2 * a)
    return total / n


@parallel
def arcs(side):
    out = np.empty(side)
    for row in prange(side):
        total = 0.0
        for _ in range(side * 10):
            total += math.asin(np.random.random()) + math.acos(np.random.random())
        out[row] = total
    return out


@parallel
def circle(n):
    total = 0.0
    for _ in prange(n):
        x = np.random.random()
        y = np.random.random()
        total += 4.0 if math.sqrt(x * x + y * y) < 1 else 0.0
    return total / n


@parallel
def chunked(n, chunk):
    total = 0.0
    for k in prange((n + chunk - 1) // chunk):
        part = 0.0
        for _ in range(k * chunk, min(n, (k + 1) * chunk)):
            part += np.random.random()
        total += part
    return total / n


@parallel
def card(n):
    total = 0.0
    for _ in prange(n):
        total += math.sqrt(np.random.random())
    return total / n


@parallel
def hypotenuse(x, y):
    total = 0.0
    for i in prange(x.size):
        total += math.sqrt(x[i] * x[i] + y[i] * y[i])
    return total / x.size


@parallel
def summed(x):
    total = 0.0
    for i in prange(x.size):
        total += x[i]
    return total


@parallel
def column_means(x):
    rows, columns = x.shape
    out = np.empty(columns)
    step = 1000
    for block in prange((columns + step - 1) // step):
        part = np.zeros(step)
        first = block * step
        width = min(step, columns - first)
        for r in range(rows):
            for c in range(width):
                part[c] += x[r, first + c]
        for c in range(width):
            out[first + c] = part[c] / rows
    return out


@parallel
def bell(x, y):
    total = 0.0
    for i in prange(x.size):
        total += math.exp(-x[i] * x[i]) * math.sin(y[i])
    return total


@parallel
def logarithms(x):
    total = 0.0
    for i in prange(x.size):
        total += math.log(x[i])
    return total


@parallel
def with_transpose(x):
    side = x.shape[0]
    block = 64
    total = 0.0
    for r in prange((side + block - 1) // block):
        part = 0.0
        for c in range((side + block - 1) // block):
            for i in range(r * block, min(side, (r + 1) * block)):
                for j in range(c * block, min(side, (c + 1) * block)):
                    part += x[i, j] + x[j, i]
        total += part
    return total


def w6c(side, _):
    x = data("x", side, 2 * side)
    return lambda: column_means(x)


def two(f):
    def prepare(n, _):
        x, y = data("x", n), data("y", n)
        return lambda: f(x, y)

    return prepare


def one(f):
    def prepare(n, _):
        x = data("x", n)
        return lambda: f(x)

    return prepare


def w7(f):
    def prepare(side, _):
        x = data("x", side, side)
        return lambda: f(x)

    return prepare


workloads = {
    "W1": lambda n, _: lambda: quadratic(n),
    "W2": lambda side, _: lambda: arcs(side),
    "W3": lambda n, _: lambda: circle(n),
    "W4": lambda n, chunk: lambda: chunked(n, chunk),
    "W5": lambda n, _: lambda: card(n),
    "W6a": two(hypotenuse),
    "W6b": one(summed),
    "W6c": w6c,
    "W6d": two(bell),
    "W6e": one(logarithms),
    "W7b": w7(with_transpose),
}
