"""Makes test/fixtures/math/random-streams.json: what NumPy, SciPy and Python answer to src/math's random streams,
normal and truncated normal distribution, percentiles and number formats.

Written with Python 3.11, NumPy 1.24.2, SciPy 1.10.1:

    python3 -m venv venv && venv/bin/pip install numpy==1.24.2 scipy==1.10.1
    venv/bin/python tools/make-random-fixtures.py > test/fixtures/math/random-streams.json
"""

import json
import sys

import numpy
import scipy
from scipy import special, stats


def legacy(seed):
    random = numpy.random.RandomState(seed)
    return {
        "seed": seed,
        "sample": random.random_sample(3).tolist(),
        "randint": random.randint(0, 3, size=5).tolist(),
        "wide": random.randint(-5, 2**32 - 5, size=3).tolist(),
        # An odd number of words is used up by now: the block ends in the middle of a double.
        "skippedSamples": 1000,
        "sumOfSkipped": float(numpy.add.accumulate(random.random_sample(1000))[-1]),
        "normal": random.normal(2, 3, size=3).tolist(),
        "skippedNormals": 2000,
        "lastOfSkipped": random.normal(size=2000)[-3:].tolist(),
        "weighted": random.choice(40, 12, p=numpy.arange(40) / 780).tolist(),
        "permutation": random.permutation(12).tolist(),
        "after": float(random.random_sample()),
    }


def newer(seed):
    values = numpy.random.default_rng(seed).standard_normal(20000)
    rare = numpy.flatnonzero(abs(values) > 3.5)
    return {
        "seed": seed,
        "count": len(values),
        "first": values[:4].tolist(),
        "rare": [[int(i), float(values[i])] for i in rare],
        "last": values[-4:].tolist(),
    }


def truncated(a, b):
    u = [0.0, 1e-9, 0.003, 0.21, 0.5, 0.77, 0.999, 1.0]
    with numpy.errstate(all="ignore"):
        return {"a": a, "b": b, "u": u, "x": stats.truncnorm.ppf(u, a, b).tolist()}


BOUNDS = [
    (-2, -0.6), (-0.6, 0.1), (0, 0.7), (0.7, 2), (-1e-5, 3), (1e-7, 4), (-8.5, -8), (8, 9), (-12, -10), (-31, -29),
    (-29.5, -28), (28, 40), (30.5, 31), (-38, -37), (50, 51), (-1000, -999), (-1e11, 0.5), (-0.25, 1e11), (0, 1e11),
    (3e10, 4e10), (-4e10, -3e10), (0.3, 0.3 + 1e-11), (-20, -20 + 1e-9), (-9, 9),
]  # fmt: skip

FORMATTED = [
    0.125, 0.375, 2.675, 1.005, 0.5, 1.5, 2.5, 0.005, -0.125, -0.375, -0.001, 0.0, -0.0, 1e21, 1.2345e22, -3e25,
    123456789.125, 5e-324, 1e300, 0.045, 4503599627370497.5, 999999999999999.875,
]  # fmt: skip


def main():
    x = [-37, -30, -20, -11.01, -10.99, -5, -1.42, -1.41, -1, -0.99, -1e-9, 0, 0.3, 1, 1.5, 4, 8]
    p = [1e-300, 1e-20, 1e-14, 0.001, 0.1353, 0.1354, 0.3, 0.5, 0.7, 0.8646, 0.8647, 0.999, 1 - 1e-12]
    y = [-1e20, -5000, -700, -33, -31, -2.1, -1.9, -0.5, -0.146, -0.145, -0.01, -1e-12]
    values = numpy.random.RandomState(8).normal(size=23)
    percents = [0, 10, 20, 25, 30, 33.3, 50, 75, 77.7, 90, 100]
    fixture = {
        "madeWith": {"numpy": numpy.__version__, "scipy": scipy.__version__},
        "legacy": [legacy(seed) for seed in (0, 42, 4294967295, [3, 14], [4294967295, 0, 7])],
        "newer": [newer(seed) for seed in (0, 42, 987, 2**53 - 1)],
        "normal": {
            "x": x,
            "pdf": stats.norm.pdf(x).tolist(),
            "cdf": special.ndtr(x).tolist(),
            "logCdf": special.log_ndtr(x).tolist(),
            "p": p,
            "quantile": special.ndtri(p).tolist(),
            "y": y,
            "quantileOfLog": special.ndtri_exp(y).tolist(),
        },
        "truncated": [truncated(a, b) for a, b in BOUNDS],
        "percentile": {
            "values": values.tolist(),
            "percents": percents,
            "of": {str(n): numpy.percentile(values[:n], percents).tolist() for n in (1, 2, 10, 23)},
        },
        "formatted": [
            {"value": repr(v), "texts": ["%.*f" % (digits, v) for digits in (0, 1, 2, 3, 10)]}
            for v in FORMATTED
        ],
    }
    json.dump(fixture, sys.stdout, separators=(",", ":"))
    print()


if __name__ == "__main__":
    main()
