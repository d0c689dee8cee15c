"""Bounds while items are drawn, by confseq (Waudby-Smith and Ramdas, the authors of the method), for test/compare/sequential/score-sequence.test.ts.

confseq is on PyPI; its betting module is pure Python, so its source is enough where the extension does not compile:
  pip download --no-deps --no-binary confseq confseq==0.0.11 && tar xzf confseq-0.0.11.tar.gz
  pip install numpy scipy matplotlib multiprocess
  PYTHONPATH=confseq-0.0.11/src python scripts/make-sequence-goldens.py > test/compare/sequential/score-sequence.golden.json
"""

import json
import math

import numpy as np
import scipy

np.float_ = np.float64  # confseq is older than NumPy 2
from confseq.betting import betting_mart  # noqa: E402

ALPHA = 0.05


def fractions(count):
    smallest = math.sqrt(2 * math.log(2 / ALPHA) / count)
    result = [1, 1 / 2]
    while result[-1] > smallest:
        result.append(result[-1] / 2)
    return result


def wealth(x, mean, count, theta):
    """After each value: the mean over fractions of the capital that bets on a mean above (theta 1) or below (theta 0)."""
    whole = lambda x, m: np.full(len(x), 1e12)  # the truncation makes it the fraction
    with np.errstate(all="ignore"):
        capital = [
            betting_mart(x, mean, lambdas_fn_positive=whole, lambdas_fn_negative=whole, N=count, convex_comb=True, theta=theta, trunc_scale=fraction)
            for fraction in fractions(count)
        ]
    return np.mean(capital, axis=0)


def bound(x, count, theta):
    inside, outside = float(np.mean(x)), (sum(x) / count if theta == 1 else (sum(x) + count - len(x)) / count)
    for _ in range(60):
        middle = (inside + outside) / 2
        if wealth(x, middle, count, theta)[-1] >= 2 / ALPHA:
            outside = middle
        else:
            inside = middle
    return outside


def first(x, mean, count, theta):
    above = np.nonzero(wealth(x, mean, count, theta) >= 2 / ALPHA)[0]
    return int(above[0]) + 1 if len(above) else None


def case(x, count, threshold):
    return {
        "values": [round(float(value), 6) for value in x],
        "count": count,
        "interval": [bound(x, count, 1), bound(x, count, 0)],
        "threshold": threshold,
        "firstAbove": first(x, threshold, count, 1),
        "firstBelow": first(x, threshold, count, 0),
    }


random = np.random.default_rng(1)
binary = lambda share, count: (random.random(count) < share).astype(float)
real = lambda count: np.round(random.random(count) ** 3, 6)
print(
    json.dumps(
        {
            "made_by": {"confseq": "0.0.11", "numpy": np.__version__, "scipy": scipy.__version__},
            "cases": [
                case(binary(0.7, 40), 100, 0.5),
                case(binary(0.3, 64), 1838, 0.5),
                case(binary(0.95, 30), 200, 0.6),
                case(binary(0.5, 90), 120, 0.5),
                case(real(80), 500, 0.4),
                case(real(50), 60, 0.1),
            ],
        },
        indent=1,
    )
)
