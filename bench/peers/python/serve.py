"""
The Python end of the protocol: `serve.py SYSTEM THREADS` reads lines "workload size parameter" and answers
"ok seconds answer note", "unavailable reason" or "error message". A system is a module beside this one with `name()` and a
dict `workloads` from a workload to a function that prepares for a size and gives what is to be timed.
"""

import gc
import importlib
import sys
import time
import warnings

import numpy as np


def answer_of(workload, result, size):
    """One number for an array of results: the mean for W2, positions weighted for W6c."""
    values = np.asarray(result, dtype=np.float64)
    if values.ndim == 0:
        return float(values)
    if workload == "W2":
        return float(values.sum() / (size * size * 10))
    return float((values * np.arange(1, values.size + 1)).sum() / values.size)


def reply(text):
    print(" ".join(str(text).split("\n")), flush=True)


def answer(workload, size, run):
    gc.collect()
    start = time.perf_counter()
    result = run()
    seconds = time.perf_counter() - start
    reply(f"ok {seconds!r} {answer_of(workload, result, size)!r} {getattr(run, 'note', '')}")


def main():
    warnings.simplefilter("ignore")
    system, threads = sys.argv[1], int(sys.argv[2])
    peer = importlib.import_module(f"{system}_peer")
    peer.start(threads)
    reply(f"ready {peer.name()}")
    kept, run = None, None
    for line in sys.stdin:
        workload, size, parameter = line.split()
        prepare = peer.workloads.get(workload)
        if prepare is None:
            reply("unavailable not written for this system")
            continue
        try:
            if line != kept:
                kept, run = None, None
                kept, run = line, prepare(int(size), int(parameter))
            answer(workload, int(size), run)
        except Exception as error:
            reply(f"error {type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
