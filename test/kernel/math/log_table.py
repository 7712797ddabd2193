"""The places that logarithms start from (src/kernel/math/logTable.ts): Gal's accurate tables.

Usage: python3 log_table.py

For each of 128 intervals of significands, a logarithm j 2^-42 near that of its middle for which c = exp(j 2^-42) lies within 2^-63 of a
double (near 1, where logarithms are small, within 2^-66), and 1 / c within 2^-58 of another, relatively.
Prints the c and the j. The interval around 1 has c = 1.
"""
import struct

from mpmath import mp, mpf

mp.prec = 200
ONE = 0x3FF0000000000000
STEPS, AT_ONE = 128, 74
LOWEST = ONE - AT_ONE * 2**45 - 2**44
# How far apart the candidates are, in units of 2^-42: a prime, so that their roundings have nothing in common.
STRIDE = 101
UNIT = 170


def double(bits):
    return struct.unpack('<d', struct.pack('<Q', bits))[0]


def miss(value):
    """How far the fixed-point number lies from the nearest double between 1/2 and 2, relatively; and that double, in fixed point."""
    last = UNIT - (52 if value >= 1 << UNIT else 53)
    nearest = (value + (1 << (last - 1))) >> last << last
    return abs(mpf(value - nearest) / value), nearest


def place(index):
    middle = (mpf(double(LOWEST + index * 2**45)) + mpf(double(LOWEST + (index + 1) * 2**45))) / 2
    j = int(mp.nint(mp.log(middle) * 2**42))
    c = int(mp.nint(mp.exp(mpf(j) / 2**42) * 2**UNIT))
    most = mpf(2) ** (-66 if abs(j) < 2**38 else -63)
    factor = int(mp.nint(mp.exp(mpf(STRIDE) / 2**42) * 2**UNIT))
    while True:
        far, nearest = miss(c)
        if far < most and miss((1 << 2 * UNIT) // nearest)[0] < mpf(2) ** -58:
            return j
        j += STRIDE
        c = c * factor >> UNIT


if __name__ == '__main__':
    places = [0 if index == AT_ONE else place(index) for index in range(STEPS)]
    print(', '.join(repr(float(mp.exp(mpf(j) / 2**42))) for j in places))
    print(', '.join(str(j) for j in places))
