"""
Dask on threads. With CHUNKS=auto in the environment every array has 'auto' chunks; otherwise the fastest of a few
chunkings is found before anything is timed. SCHEDULER=distributed runs a local cluster of one process instead.
"""

import os
import time
from concurrent.futures import ThreadPoolExecutor

import dask
import dask.array as da
import numpy as np

from data import data

AUTO = os.environ.get("CHUNKS") == "auto"
DISTRIBUTED = os.environ.get("SCHEDULER") == "distributed"
_started = {}


def start(threads):
    _started["threads"] = threads
    if DISTRIBUTED:
        from distributed import Client

        dask.config.set({"distributed.worker.memory.pause": False, "distributed.worker.memory.terminate": False})
        _started["client"] = Client(
            processes=False, n_workers=1, threads_per_worker=threads, dashboard_address=None, silence_logs=50
        )
    else:
        dask.config.set(scheduler="threads", pool=ThreadPoolExecutor(threads))


def name():
    kind = "distributed, 1 process" if DISTRIBUTED else "threads"
    chunks = "auto chunks" if AUTO else "best chunks"
    return f"Dask {dask.__version__} {kind}, {chunks}, NumPy {np.__version__}, {_started['threads']} threads"


def generator():
    seed = _started["seed"] = _started.get("seed", 0) + 1
    return da.random.default_rng(seed) if hasattr(da.random, "default_rng") else da.random.RandomState(seed)


def lengths(n):
    return sorted({max(1, n // k) for k in (n // 250_000 + 1, n // 1_000_000 + 1, n // 4_000_000 + 1, 2)})


def fastest(candidates, run_with):
    """What to time: `run_with` the chunks that take the least, each tried once."""
    tried = []
    for chunks in candidates:
        begin = time.perf_counter()
        run_with(chunks)
        tried.append((time.perf_counter() - begin, chunks))
    best = min(tried, key=lambda t: t[0])[1]

    def run():
        return run_with(best)

    run.note = f"chunks {best}".replace(" ", "")
    return run


def choose(candidates, run_with):
    return (lambda: run_with("auto")) if AUTO else fastest(candidates, run_with)


def line(run_with):
    return lambda n, _: choose(lengths(n), lambda chunks: run_with(n, chunks))


def quadratic(n, chunks):
    rng = generator()
    a, b, c = (rng.uniform(low, high, n, chunks=chunks) for low, high in ((5, 10), (10, 20), (-0.1, 0.1)))
    return ((-b + da.sqrt(b**2 - 4 * a * c)) / (2 * a)).mean().compute()


def circle(n, chunks):
    rng = generator()
    x, y = rng.uniform(0, 1, n, chunks=chunks), rng.uniform(0, 1, n, chunks=chunks)
    return da.where(da.sqrt(x * x + y * y) < 1, 4.0, 0.0).mean().compute()


def arcs(side, _):
    shape = (side, side, 10)

    def run_with(chunks):
        rng = generator()
        x, y = rng.uniform(0, 1, shape, chunks=chunks), rng.uniform(0, 1, shape, chunks=chunks)
        return (da.arcsin(x) + da.arccos(y)).sum(axis=(1, 2)).compute()

    fifth, tenth = max(1, side // 5), max(1, side // 10)
    return choose([(fifth, fifth, 5), (tenth, tenth, 10), (tenth, side, 10)], run_with)


def small_chunks(n, chunk):
    def run():
        return generator().uniform(0, 1, n, chunks=chunk).sum().compute() / n

    return run


def stored(run_with, *names):
    def prepare(n, _):
        arrays = [data(each, n) for each in names]
        return choose(lengths(n), lambda chunks: run_with(*(da.from_array(x, chunks=chunks, name=False) for x in arrays)))

    return prepare


def matrix(shape, candidates, run_with):
    def prepare(side, _):
        x = data("x", *shape(side))
        return choose(
            [tuple(max(1, part) for part in chunks) for chunks in candidates(side)],
            lambda chunks: run_with(da.from_array(x, chunks=chunks, name=False)),
        )

    return prepare


def square(side):
    return (side, side)


workloads = {
    "W1": line(quadratic),
    "W2": arcs,
    "W3": line(circle),
    "W4": small_chunks,
    "W5": line(lambda n, chunks: da.sqrt(generator().uniform(0, 1, n, chunks=chunks)).mean().compute()),
    "W6a": stored(lambda x, y: da.sqrt(x * x + y * y).mean().compute(), "x", "y"),
    "W6b": stored(lambda x: x.sum().compute(), "x"),
    "W6c": matrix(
        lambda side: (side, 2 * side),
        lambda side: [(side, side), (side, side // 4), (side // 8, 2 * side), (side // 2, side)],
        lambda x: x.mean(axis=0).compute(),
    ),
    "W6d": stored(lambda x, y: (da.exp(-x * x) * da.sin(y)).sum().compute(), "x", "y"),
    "W6e": stored(lambda x: da.log(x).sum().compute(), "x"),
    "W7a": matrix(square, lambda side: [(side, side), (side // 2, side // 2)], lambda x: (x @ x).sum().compute()),
    "W7b": matrix(
        square,
        lambda side: [(side // 2, side // 2), (side // 8, side // 8), (side // 16, side // 16)],
        lambda x: (x + x.T).sum().compute(),
    ),
}
