"""NumPy: every operation a pass over whole arrays."""

import numpy as np

from data import data

rng = np.random.default_rng(1)


def start(threads):
    pass


def name():
    return f"NumPy {np.__version__}"


def w1(n, _):
    def run():
        a, b, c = rng.uniform(5, 10, n), rng.uniform(10, 20, n), rng.uniform(-0.1, 0.1, n)
        return ((-b + np.sqrt(b**2 - 4 * a * c)) / (2 * a)).mean()

    return run


def w2(side, _):
    shape = (side, side, 10)
    return lambda: (np.arcsin(rng.random(shape)) + np.arccos(rng.random(shape))).sum(axis=(1, 2))


def w3(n, _):
    def run():
        x, y = rng.random(n), rng.random(n)
        return np.where(np.sqrt(x * x + y * y) < 1, 4.0, 0.0).mean()

    return run


def w6a(n, _):
    x, y = data("x", n), data("y", n)
    return lambda: np.sqrt(x * x + y * y).mean()


def w6b(n, _):
    x = data("x", n)
    return lambda: x.sum()


def w6c(side, _):
    x = data("x", side, 2 * side)
    return lambda: x.mean(axis=0)


def w6d(n, _):
    x, y = data("x", n), data("y", n)
    return lambda: (np.exp(-x * x) * np.sin(y)).sum()


def w6e(n, _):
    x = data("x", n)
    return lambda: np.log(x).sum()


def w7a(side, _):
    x = data("x", side, side)
    return lambda: (x @ x).sum()


def w7b(side, _):
    x = data("x", side, side)
    return lambda: (x + x.T).sum()


workloads = {
    "W1": w1,
    "W2": w2,
    "W3": w3,
    "W4": lambda n, _: lambda: rng.random(n).sum() / n,
    "W5": lambda n, _: lambda: np.sqrt(rng.random(n)).mean(),
    "W6a": w6a,
    "W6b": w6b,
    "W6c": w6c,
    "W6d": w6d,
    "W6e": w6e,
    "W7a": w7a,
    "W7b": w7b,
}
