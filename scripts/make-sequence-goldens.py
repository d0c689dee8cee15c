"""Bounds while items are drawn, for test/compare/sequential/score-sequence.test.ts: by confseq (Waudby-Smith and Ramdas, the authors of the method), and
with the control variate by NumPy from the definitions in their paper (arXiv:2010.09686, sections 4 and 5), because confseq has none.

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


def slopes(b, s):
    """The predictable slope before each item: least squares of s over b of the items before, with 20 items of variance 0.2 and slope 0.8 before them."""
    before = [np.cov(b[:t], s[:t], bias=True) * t if t else np.zeros((2, 2)) for t in range(len(b))]
    return np.clip([(c[0, 1] + 0.8 * 20 * 0.2) / (c[0, 0] + 20 * 0.2) for c in before], 0, 1)


def controlled_wealth(b, s, b_mean, count, mean, theta):
    """After each item: the mean over fractions of the capital of bets on x = s - beta (b - mean of the b that remain), whose range is [low, high]."""
    t = np.arange(len(b))
    remaining = count - t
    b_left = (count * b_mean - np.concatenate([[0], np.cumsum(b)[:-1]])) / remaining
    m = (count * mean - np.concatenate([[0], np.cumsum(s)[:-1]])) / remaining
    beta = np.where((b_left < 1e-9) | (b_left > 1 - 1e-9), 0, slopes(b, s))
    x, low, high = s - beta * (b - b_left), -beta * (1 - b_left), 1 + beta * b_left
    # The largest stake that cannot ruin: 1 / (m - low) upwards, 1 / (high - m) downwards.
    gain = (x - m) / (m - low) if theta == 1 else (m - x) / (high - m)
    impossible = np.maximum.accumulate(m < -1e-9 if theta == 1 else m > 1 + 1e-9)
    capital = np.mean([np.cumprod(1 + fraction * np.maximum(gain, -1)) for fraction in fractions(count)], axis=0)
    return np.where(impossible, np.inf, capital)


def controlled_bound(b, s, b_mean, count, theta):
    certain = sum(s) / count if theta == 1 else (sum(s) + count - len(s)) / count
    refuted, open_ = certain, (sum(s) + count - len(s)) / count if theta == 1 else sum(s) / count
    for _ in range(60):
        middle = (refuted + open_) / 2
        if controlled_wealth(b, s, b_mean, count, middle, theta)[-1] >= 2 / ALPHA:
            refuted = middle
        else:
            open_ = middle
    return refuted


def controlled_first(b, s, b_mean, count, mean, theta):
    capital = controlled_wealth(b, s, b_mean, count, mean, theta) >= 2 / ALPHA
    sums = np.cumsum(s)
    most = sums + count - 1 - np.arange(len(s))
    certain = sums >= mean * count - 1e-9 if theta == 1 else most < mean * count - 1e-9
    found = np.nonzero(capital | certain)[0]
    return int(found[0]) + 1 if len(found) else None


def controlled_case(b, s, drawn, threshold):
    """`b` and `s` are the scores of all items in the order of drawing, of which the first `drawn` are known."""
    b, s = np.round(b, 6), np.round(s, 6)
    count, b_mean = len(b), float(np.mean(b))
    known = b[:drawn], s[:drawn], b_mean, count
    return {
        "baseline": b[:drawn].tolist(),
        "candidate": s[:drawn].tolist(),
        "count": count,
        "baselineMean": b_mean,
        "interval": [controlled_bound(*known, 1), controlled_bound(*known, 0)],
        "threshold": threshold,
        "firstAbove": controlled_first(*known, threshold, 1),
        "firstBelow": controlled_first(*known, threshold, 0),
    }


def flipped(count, share, lost, gained):
    b = binary(share, count)
    return b, np.where(b == 1, 1 - binary(lost, count), binary(gained, count))


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
            "controlled": [
                controlled_case(*flipped(300, 0.7, 0.05, 0.05), 150, 0.63),
                controlled_case(*flipped(1000, 0.8, 0.4, 0.05), 90, 0.72),
                controlled_case(*flipped(200, 0.03, 0.3, 0.1), 120, 0.05),
                controlled_case(*flipped(120, 0.5, 0.02, 0.02), 119, 0.49),
                controlled_case(np.array([1.0] * 30 + [0.0] * 70), binary(0.4, 100), 80, 0.3),
                controlled_case(values := real(400), np.clip(values + 0.1 * (real(400) - 0.5), 0, 1), 200, 0.3),
            ],
        },
        indent=1,
    )
)
