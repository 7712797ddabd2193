"""JAX on the CPU in float64: every workload one jitted function."""

import os

import numpy as np

os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax
import jax.numpy as jnp

from data import data

jax.config.update("jax_enable_x64", True)
_state = {"key": jax.random.key(1)}


def start(threads):
    pass


def name():
    return f"JAX {jax.__version__}, CPU, float64, all cores"


def keys(count):
    _state["key"], *fresh = jax.random.split(_state["key"], count + 1)
    return fresh


def drawn(count, write):
    """`write(n, *keys)` jitted for one n."""

    def prepare(n, _):
        run = jax.jit(lambda *k: write(n, *k))
        return lambda: np.asarray(run(*keys(count)))

    return prepare


def stored(write, *names, shape=lambda n: (n,)):
    def prepare(n, _):
        arrays = [jnp.asarray(data(each, *shape(n))) for each in names]
        run = jax.jit(write)
        return lambda: np.asarray(run(*arrays))

    return prepare


def quadratic(n, k, m, q):
    a = jax.random.uniform(k, (n,), minval=5, maxval=10)
    b = jax.random.uniform(m, (n,), minval=10, maxval=20)
    c = jax.random.uniform(q, (n,), minval=-0.1, maxval=0.1)
    return ((-b + jnp.sqrt(b**2 - 4 * a * c)) / (2 * a)).mean()


def arcs(side, k, m):
    shape = (side, side, 10)
    return (jnp.arcsin(jax.random.uniform(k, shape)) + jnp.arccos(jax.random.uniform(m, shape))).sum(axis=(1, 2))


def circle(n, k, m):
    x, y = jax.random.uniform(k, (n,)), jax.random.uniform(m, (n,))
    return jnp.where(jnp.sqrt(x * x + y * y) < 1, 4.0, 0.0).mean()


workloads = {
    "W1": drawn(3, quadratic),
    "W2": drawn(2, arcs),
    "W3": drawn(2, circle),
    "W4": drawn(1, lambda n, k: jax.random.uniform(k, (n,)).sum() / n),
    "W5": drawn(1, lambda n, k: jnp.sqrt(jax.random.uniform(k, (n,))).mean()),
    "W6a": stored(lambda x, y: jnp.sqrt(x * x + y * y).mean(), "x", "y"),
    "W6b": stored(jnp.sum, "x"),
    "W6c": stored(lambda x: x.mean(axis=0), "x", shape=lambda side: (side, 2 * side)),
    "W6d": stored(lambda x, y: (jnp.exp(-x * x) * jnp.sin(y)).sum(), "x", "y"),
    "W6e": stored(lambda x: jnp.log(x).sum(), "x"),
    "W7a": stored(lambda x: (x @ x).sum(), "x", shape=lambda side: (side, side)),
    "W7b": stored(lambda x: (x + x.T).sum(), "x", shape=lambda side: (side, side)),
}
