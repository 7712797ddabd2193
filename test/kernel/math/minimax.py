"""Polynomials and quotients of them of least greatest weighted error (Remez exchange), with coefficients that are doubles.

Usage: python3 minimax.py NAME, for a row of `cases`.
"""
import sys

from mpmath import mp, mpf

mp.dps = 50


def drop(peaks, surplus):
    """Takes away the smallest peak; with it a neighbour, unless it stands at an end, so that signs still alternate."""
    sizes = [abs(e) for _, e in peaks]
    if surplus == 1:
        peaks.pop(0 if sizes[0] < sizes[-1] else -1)
        return
    at = sizes.index(min(sizes))
    if 0 < at < len(peaks) - 1:
        peaks.pop(at + 1 if sizes[at + 1] < sizes[at - 1] else at - 1)
        at = min(at, len(peaks) - 1) if sizes[at + 1] < sizes[at - 1] else at - 1
    peaks.pop(at)


def extremes(errors, count):
    """The greatest error between changes of sign, and of these `count`; fewer if there are not as many."""
    peaks = []
    for z, e in errors:
        if peaks and (peaks[-1][1] > 0) == (e > 0):
            if abs(e) > abs(peaks[-1][1]):
                peaks[-1] = (z, e)
        else:
            peaks.append((z, e))
    while len(peaks) > count:
        drop(peaks, len(peaks) - count)
    return peaks


def value(coefs, z):
    return sum(c * z**p for p, c in enumerate(coefs))


def quotient(f, weight, low, high, above, below):
    """Doubles that level |weight * (f - P / Q)|, P of degree `above`, Q of degree `below` from 1 on, and the error left."""
    n = above + below + 1
    middle, half = (low + high) / 2, (high - low) / 2
    floor = max(weight(low), weight(high)) / 200
    nodes = [middle - half * mp.cos(mp.pi * i / n) for i in range(n + 1)]
    grid = [middle - half * mp.cos(mp.pi * i / (40 * n)) for i in range(40 * n + 1)]
    values = [(z, f(z), weight(z) + floor) for z in grid]
    level = mpf(0)
    for _ in range(10):
        for _ in range(4):  # the level times Q is not linear: the last one found stands in for it
            rows, right = [], [f(z) for z in nodes]
            for i, z in enumerate(nodes):
                sign = (-1) ** i / (weight(z) + floor)
                turned = right[i] - sign * level
                rows.append([z**p for p in range(above + 1)] + [-turned * z**p for p in range(1, below + 1)] + [sign])
            solved = list(mp.lu_solve(mp.matrix(rows), mp.matrix(right)))
            level = solved[-1]
        p, q = solved[: above + 1], [mpf(1)] + solved[above + 1 : -1]
        peaks = extremes([(z, w * (y - value(p, z) / value(q, z))) for z, y, w in values], n + 1)
        if len(peaks) < n + 1:
            break
        nodes = [z for z, _ in peaks]
    p, q = [[mpf(float(c)) for c in coefs] for coefs in (p, q)]
    grid = [low + (high - low) * i / 500 for i in range(501)]
    worst = max(abs(weight(z) * (f(z) - value(p, z) / value(q, z))) for z in grid)
    return [float(c) for c in p], [float(c) for c in q], float(mp.log(worst, 2))


def exchange(f, weight, low, high, powers):
    """Coefficients of z**p, p in powers, that level |weight * (f - sum)| on [low, high]; no weight is quite zero."""
    n = len(powers)
    middle, half = (low + high) / 2, (high - low) / 2
    floor = max(weight(low), weight(high)) / 200
    nodes = [middle - half * mp.cos(mp.pi * i / n) for i in range(n + 1)]
    grid = [middle - half * mp.cos(mp.pi * i / (40 * n)) for i in range(40 * n + 1)]
    values = [(z, f(z), weight(z) + floor) for z in grid]
    coefs = []
    for _ in range(8):
        rows = [[z**p for p in powers] + [(-1) ** i / (weight(z) + floor)] for i, z in enumerate(nodes)]
        coefs = list(mp.lu_solve(mp.matrix(rows), mp.matrix([f(z) for z in nodes])))[:n]
        errors = [(z, w * (y - sum(c * z**p for c, p in zip(coefs, powers)))) for z, y, w in values]
        peaks = extremes(errors, n + 1)
        if len(peaks) < n + 1:
            break
        nodes = [z for z, _ in peaks]
    return coefs, max(abs(e) for _, e in errors)


def doubles(f, weight, low, high, powers, first=2):
    """The coefficients rounded to doubles, and log2 of the greatest weighted error that is left.

    The first few are rounded one after another, and the others fitted again to make up for it.
    """
    coefs = []
    for at in range(first + 1):
        rest = lambda z: f(z) - sum(c * z**p for c, p in zip(coefs, powers))
        fitted = exchange(rest, weight, low, high, powers[at:])[0]
        coefs += [mpf(float(c)) for c in (fitted if at == first else fitted[:1])]
    grid = [low + (high - low) * i / 500 for i in range(501)]
    worst = max(abs(weight(z) * (f(z) - sum(c * z**p for c, p in zip(coefs, powers)))) for z in grid)
    return [float(c) for c in coefs], float(mp.log(worst, 2))


def series(f, near, terms):
    """f, or its Taylor terms where |z| is too small for the formula."""
    return lambda z: sum(c * z**i for i, c in enumerate(terms)) if abs(z) < near else f(z)


def root(f):
    """The function of z = x*x that f(x) is."""
    return lambda z: f(mp.sqrt(z))


tiny = mpf('1e-20')
ln2 = mp.log(2)
# How far significands are from the places of the logarithms' table, relatively.
nearPlace = mpf(2) ** -8 * mpf('1.005')


def logTail(base):
    """(log(1 + r) - r) / r^2, to the base whose logarithm is given."""
    return lambda r: (-mpf(1) / 2 + r / 3 if abs(r) < tiny else (mp.log1p(r) - r) / r**2) / base


cases = {
    'exp': (lambda r: mpf(1) / 2 + r / 6 if abs(r) < tiny else (mp.expm1(r) - r) / r**2,
            lambda r: r**2 + tiny, -ln2 / 512 * mpf('1.001'), ln2 / 512 * mpf('1.001'), 3),
    'expm1': (lambda r: mpf(1) / 2 + r / 6 if abs(r) < tiny else (mp.expm1(r) - r) / r**2,
              lambda r: r**2 / abs(mp.expm1(r)) if abs(r) > tiny else tiny, -ln2 / 2 * 1.001, ln2 / 2 * 1.001, 11),
    'exp2': (lambda r: ln2**2 / 2 if abs(r) < tiny else (mp.mpf(2) ** r - 1 - r * ln2) / r**2,
             lambda r: r**2 + tiny, -mpf('1.001') / 512, mpf('1.001') / 512, 3),
    'log': (logTail(1), abs, -nearPlace, nearPlace, 5),
    'log2': (logTail(ln2), abs, -nearPlace, nearPlace, 5),
    'log10': (logTail(mp.log(10)), abs, -nearPlace, nearPlace, 5),
    # of half the angle: sin 2p = 2p - p^3 + p^3 T(p^2)
    'sin': (series(root(lambda p: (mp.sin(2 * p) - 2 * p + p**3) / p**3), tiny, [-mpf(1) / 3, mpf(4) / 15]),
            root(lambda p: p**3 / mp.sin(2 * p) + tiny if p else tiny), mpf(0), (mp.pi / 4 * 1.0001) ** 2, 8),
    'asin': (series(root(lambda x: (mp.asin(x) - x) / x**3), tiny, [mpf(1) / 6, mpf(3) / 40]),
             root(lambda x: x**3 / mp.asin(x) + tiny if x else tiny), mpf(0), mpf('0.2501'), (4, 4)),
    'atan': (series(root(lambda x: (mp.atan(x) - x) / x**3), tiny, [-mpf(1) / 3, mpf(1) / 5]),
             root(lambda x: x**3 / mp.atan(x) + tiny if x else tiny), mpf(0), mpf('0.1718'), 11),
    'tanh': (series(root(lambda x: (mp.tanh(x) - x) / x**3), tiny, [-mpf(1) / 3, mpf(2) / 15]),
             root(lambda x: x**3 / mp.tanh(x) + tiny if x else tiny), mpf(0), mpf('0.303'), 11),
    'sinh': (series(root(lambda x: (mp.sinh(x) - x) / x**3), tiny, [mpf(1) / 6, mpf(1) / 120]),
             root(lambda x: x**3 / mp.sinh(x) + tiny if x else tiny), mpf(0), mpf('1.001'), 7),
    'asinh': (series(root(lambda x: (mp.asinh(x) - x) / x**3), tiny, [-mpf(1) / 6, mpf(3) / 40]),
              root(lambda x: x**3 / mp.asinh(x) + tiny if x else tiny), mpf(0), mpf('0.2501'), 12),
    # of a pair of doubles: log((1+s)/(1-s)) = 2s + 2/3 s^3 + s^5 T(s^2), |s| <= 0.173
    'logPair': (series(root(lambda s: (mp.log((1 + s) / (1 - s)) - 2 * s - mpf(2) / 3 * s**3) / s**5), tiny,
                       [mpf(2) / 5, mpf(2) / 7]), root(lambda s: s**4 + tiny), mpf(0), mpf('0.02993'), 8),
}

if __name__ == '__main__':
    for name in sys.argv[1:] or cases:
        f, weight, low, high, size = cases[name]
        if isinstance(size, tuple):
            *parts, error = quotient(f, weight, low, high, *size)
        else:
            *parts, error = doubles(f, weight, low, high, list(range(size)))
        print(f'{name}: 2^{error:.1f}')
        for part in parts:
            print('  ' + ', '.join(repr(c) for c in part))
