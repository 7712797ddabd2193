"""Numbers in (0, 1) that every language of the bench can make: a hash of the position."""

import numpy as np

SALTS = {"x": 0, "y": 0x5BD1E995}
_kept = {}


def data(name, *shape):
    known = _kept.get(name)
    if known is not None and known.shape == shape:
        return known
    length = int(np.prod(shape))
    values = np.empty(length)
    step = 1 << 20
    for at in range(0, length, step):
        h = np.arange(at, min(at + step, length), dtype=np.uint32) + np.uint32(SALTS[name])
        h *= np.uint32(0x9E3779B1)
        h ^= h >> np.uint32(15)
        h *= np.uint32(0x85EBCA77)
        h ^= h >> np.uint32(13)
        values[at : at + h.size] = (h + 0.5) * 2.0**-32
    _kept[name] = values.reshape(shape)
    return _kept[name]
