"""numexpr on top of NumPy: formulas in blocks on all threads, random numbers still by NumPy."""

import numexpr as ne
import numpy as np

from data import data

rng = np.random.default_rng(1)


def start(threads):
    ne.set_num_threads(threads)


def name():
    return f"numexpr {ne.__version__}, NumPy {np.__version__}, {ne.nthreads} threads"


def w1(n, _):
    def run():
        a, b, c = rng.uniform(5, 10, n), rng.uniform(10, 20, n), rng.uniform(-0.1, 0.1, n)
        return ne.evaluate("sum((-b + sqrt(b**2 - 4*a*c)) / (2*a))") / n

    return run


def w2(side, _):
    shape = (side, side, 10)

    def run():
        x, y = rng.random(shape), rng.random(shape)
        return ne.evaluate("arcsin(x) + arccos(y)").sum(axis=(1, 2))

    return run


def w3(n, _):
    def run():
        x, y = rng.random(n), rng.random(n)
        return ne.evaluate("sum(where(sqrt(x*x + y*y) < 1, 4.0, 0.0))") / n

    return run


def w5(n, _):
    def run():
        x = rng.random(n)
        return ne.evaluate("sum(sqrt(x))") / n

    return run


def stored(formula, mean=False):
    def prepare(n, _):
        scene = {"x": data("x", n)}
        if "y" in formula:
            scene["y"] = data("y", n)
        return lambda: ne.evaluate(formula, local_dict=scene) / (n if mean else 1)

    return prepare


def w7b(side, _):
    scene = {"x": data("x", side, side)}
    scene["t"] = scene["x"].T
    return lambda: ne.evaluate("sum(x + t)", local_dict=scene)


workloads = {
    "W1": w1,
    "W2": w2,
    "W3": w3,
    "W5": w5,
    "W6a": stored("sum(sqrt(x*x + y*y))", mean=True),
    "W6b": stored("sum(x)"),
    "W6d": stored("sum(exp(-x*x) * sin(y))"),
    "W6e": stored("sum(log(x))"),
    "W7b": w7b,
}
