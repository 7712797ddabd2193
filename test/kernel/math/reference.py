"""Correctly rounded values of the elementary functions, by mpmath, at hard and at random places.

python3 reference.py             writes reference.json beside this file
python3 reference.py N [NAME..]  prints N random rows a function as JSON

A row is text: the arguments and the correctly rounded value as the bits of doubles in hexadecimal, and by how many
hundredths of an ulp the exact value is greater than the rounded one.
"""
import json
import math
import os
import random
import struct
import sys

from mpmath import mp, mpf

pi, inf = math.pi, math.inf


def bits(x):
    return struct.pack('>d', x).hex()


def from_bits(n):
    return struct.unpack('>d', struct.pack('>Q', n))[0]


def uniform(low, high):
    return lambda: random.uniform(low, high)


def powers(low, high):
    """Positive numbers whose logarithm is uniform."""
    return lambda: 2.0 ** random.uniform(low, high)


def signed(draw):
    return lambda: random.choice((-1, 1)) * draw()


def anything():
    """Any bit pattern that is a finite double."""
    while True:
        x = from_bits(random.getrandbits(64))
        if math.isfinite(x):
            return x


def near_multiple():
    """Doubles next to a multiple of pi/2."""
    k = random.randrange(1, 2 ** random.randrange(2, 25))
    return step(k * (pi / 2), random.randrange(-2, 3))


def step(x, ulps):
    return from_bits(int(bits(x), 16) + ulps)


def below_one():
    return 1 - 2.0 ** random.uniform(-53, 0)


def both(draw):
    return lambda: (draw(), draw())


def pair(first, second):
    return lambda: (first(), second())


def whole(low, high):
    return lambda: float(random.randrange(low, high))


def log_add_exp(x, y):
    return max(x, y) + mp.log1p(mp.exp(-abs(x - y)))


def fmod(x, y):
    """Exact, on integers."""
    (a, d), (b, e) = abs(x).as_integer_ratio(), abs(y).as_integer_ratio()
    return math.copysign(1, x) * mpf(a * e % (b * d)) / mpf(d * e)


tiny = [2.0**-1074, 2.0**-1022, step(2.0**-1022, -1), 2.0**-500, 2.0**-54, 2.0**-27, 1e-8]
tiny += [-x for x in tiny]
# Where the worst cancellation of a double against a multiple of pi/2 is known, and the largest double.
turns = [6381956970095103.0 * 2.0**797, 1.7976931348623157e308, 2.0**1023, 2.0**24, 2.0**25, 2.0**26, 1e22, 5e7]
turns += [step(k * pi / 4, n) for k in (1, 2, 3, 4, 5, 8) for n in (-1, 0, 1)] + [-pi / 2, -1.5]
wide = [powers(-1074, 1023), uniform(0.5, 2), uniform(0.95, 1.05)]
angles = [uniform(-4, 4), uniform(-1.6, 1.6), uniform(-200, 200), near_multiple, signed(powers(-30, 60)), anything]

# Name: the function, the hard places, how the random ones are drawn.
functions = {
    'exp': (mp.exp, tiny + [709.782712893384, 709.79, -708.3964185322641, -745.13, -745.14, -708.5, 0.5 * math.log(2)],
            [uniform(-1, 1), uniform(-745, 709), uniform(-745, -700), signed(powers(-60, 9))]),
    'exp2': (lambda x: mp.mpf(2) ** x, tiny + [1023.9999999999999, 1024, -1022, -1074, -1075, -1074.9, 0.5, -0.5],
             [uniform(-1, 1), uniform(-1075, 1024), uniform(-1075, -1020), signed(powers(-60, 9))]),
    'expm1': (mp.expm1, tiny + [709.782712893384, 709.79, -37.42994775023705, -40, -700, 0.34, 0.35, -0.34, -0.35],
              [uniform(-1, 1), uniform(-40, 709), uniform(-0.4, 0.4), signed(powers(-60, 6))]),
    'log': (mp.log, [x for x in tiny if x > 0] + [step(1.0, n) for n in (-2, -1, 0, 1, 2)] + [math.sqrt(2), 0.5**0.5],
            wide),
    'log2': (lambda x: mp.log(x) / mp.log(2), [x for x in tiny if x > 0] + [8, 2.0**-1074, step(1.0, -1), step(1.0, 1)],
             wide),
    'log10': (lambda x: mp.log(x) / mp.log(10), [x for x in tiny if x > 0] + [1000, 1e22, 1e15, step(1.0, -1)], wide),
    'log1p': (mp.log1p, tiny + [step(-1.0, -1), -0.5, -0.3, 0.41, 0.42, 1.0, 2.0**53, 1e300],
              [uniform(-1, 2), uniform(-0.5, 0.5), signed(powers(-60, 0)), powers(0, 1023)]),
    'sin': (mp.sin, tiny + turns, angles),
    'cos': (mp.cos, tiny + turns, angles),
    'tan': (mp.tan, tiny + turns, angles),
    'asin': (mp.asin, tiny + [1, -1, 0.5, step(0.5, 1), step(1.0, -1), -0.5],
             [uniform(-1, 1), uniform(0.45, 0.55), signed(powers(-30, 0)), signed(below_one)]),
    'acos': (mp.acos, tiny + [-1, 0.5, step(0.5, 1), step(1.0, -1), step(-1.0, -1), -0.5],
             [uniform(-1, 1), uniform(-0.55, -0.45), signed(powers(-30, 0)), signed(below_one)]),
    'atan': (mp.atan, tiny + [1, math.sqrt(2) - 1, math.sqrt(2) + 1, 1e16, 1e300, -1e60],
             [uniform(-3, 3), signed(powers(-30, 60)), uniform(0.4, 0.43)]),
    'sinh': (mp.sinh, tiny + [710.4758600739439, 710.48, 1, step(1.0, -1), 22, -36],
             [uniform(-2, 2), uniform(-710, 710), signed(powers(-60, 9))]),
    'cosh': (mp.cosh, tiny + [710.4758600739439, 710.48, 1, 22, -36],
             [uniform(-2, 2), uniform(-710, 710), signed(powers(-60, 9))]),
    'tanh': (mp.tanh, tiny + [0.55, step(0.55, -1), 19, 22, 23, 700, -20],
             [uniform(-2, 2), uniform(-22, 22), uniform(0.5, 0.6), signed(powers(-60, 5))]),
    'asinh': (mp.asinh, tiny + [0.5, step(0.5, -1), 2.0**28, 2.0**29, 1e300, -1.7e308],
              [uniform(-2, 2), uniform(0.45, 0.7), signed(powers(-60, 60)), powers(-1000, 1023)]),
    'acosh': (mp.acosh, [step(1.0, 1), step(1.0, 5), 1.5, 2, 2.0**28, 2.0**29, 1.7e308],
              [uniform(1, 3), lambda: 1 + 2.0 ** random.uniform(-52, 0), powers(0, 60), powers(0, 1023)]),
    'atanh': (mp.atanh, tiny + [step(1.0, -1), 0.5, -0.5, 2.0**-28],
              [uniform(-1, 1), signed(powers(-30, 0)), signed(below_one)]),
    'cbrt': (lambda x: mp.sign(x) * mp.cbrt(abs(x)), tiny + [27, -8, 1e300, 1.7976931348623157e308],
             [uniform(-8, 8), signed(powers(-1074, 1023))]),
    'atan2': (mp.atan2, [(1, 1), (-1, -1), (1e-300, 1e300), (1e-310, 1e-310), (1e308, 1e308), (1e-320, -1), (3, -1e-300)],
              [both(uniform(-1, 1)), both(signed(powers(-1074, 1023))), both(signed(powers(-10, 10)))]),
    'pow': (lambda x, y: mp.power(x, y) if x > 0 else (-1) ** int(y) * mp.power(-x, y),
            [(10, 22), (10, -5), (2, 1023), (2, -1074), (2, 1024), (step(1.0, -1), 2.0**60), (step(1.0, 1), 2.0**61),
             (3, 40), (1e-310, 0.5), (1e-320, 3.2), (1e308, 0.999), (-3, 33), (-2.5, -9), (0.3, 617.5)],
            [pair(uniform(0, 10), uniform(-10, 10)), pair(powers(-1074, 1023), uniform(-3, 3)),
             pair(uniform(0.9, 1.1), uniform(-7000, 7000)), pair(uniform(-30, 30), whole(-30, 30)),
             pair(uniform(0, 2), uniform(-1080, 1080))]),
    'hypot': (lambda x, y: mp.sqrt(mpf(x) ** 2 + mpf(y) ** 2),
              [(3, 4), (1e308, 1e308), (1e-320, 1e-320), (1e-160, 1e-165), (1e200, 1e-200), (5e-324, 5e-324)],
              [both(uniform(-1, 1)), both(powers(-1074, -1000)), both(powers(1000, 1023)), both(powers(-30, 30))]),
    'logaddexp': (log_add_exp, [(0, 0), (0, -40), (700, 700), (-1000, -1001), (1e300, 1), (0, -800)],
                  [both(uniform(0, 10)), both(uniform(-1000, -2)), both(powers(-60, 9))]),
    'fmod': (fmod, [(1e308, 3e-308), (5.5, 2), (-5.5, 2), (2.0**60, 3), (1e300, 7), (1e22, 5e-324), (1, 0.1)],
             [both(uniform(-100, 100)), both(signed(powers(-1074, 1023))), pair(powers(50, 70), powers(0, 8))]),
}


def row(f, arguments):
    """None where the exact value rounds to zero or overflows, or there is none."""
    magnitude = max(abs(math.frexp(x)[1]) for x in arguments)
    mp.prec = 250 + (magnitude if len(arguments) == 1 else min(magnitude, 200))
    try:
        exact = f(*(mpf(x) for x in arguments)) if f is not fmod else f(*arguments)
    except (ZeroDivisionError, OverflowError, ValueError):
        return None
    if not isinstance(exact, mpf) or not mp.isfinite(exact) or exact == 0:
        return None
    unit = max(int(mp.floor(mp.log(abs(exact), 2))) - 52, -1074)
    scaled = mp.ldexp(exact, -unit)
    nearest = mp.nint(scaled)
    if nearest == 0 or abs(mp.ldexp(nearest, unit)) >= mp.ldexp(1, 1024):
        return None
    value = math.ldexp(int(nearest), unit)
    return ' '.join([*(bits(float(x)) for x in arguments), bits(value), str(int(mp.nint((scaled - nearest) * 100)))])


def rows(name, hard, count):
    f, places, draws = functions[name]
    chosen = [(x if isinstance(x, tuple) else (x,)) for x in places] if hard else []
    while len(chosen) < count:
        x = draws[len(chosen) % len(draws)]()
        chosen.append(x if isinstance(x, tuple) else (x,))
    return [r for r in (row(f, tuple(float(v) for v in x)) for x in chosen) if r is not None]


if __name__ == '__main__':
    random.seed(20261122)
    if len(sys.argv) == 1:
        table = {name: rows(name, True, 130) for name in functions}
        path = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'reference.json')
        with open(path, 'w') as file:
            json.dump(table, file, indent=2)
            file.write('\n')
    else:
        names = sys.argv[2:] or list(functions)
        json.dump({name: rows(name, False, int(sys.argv[1])) for name in names}, sys.stdout)
