#!/usr/bin/env python3
"""Writes test/compare/statistics.golden.json: statistics of fixed outcomes by scipy and statsmodels.

    python3 -m venv .venv && .venv/bin/pip install numpy scipy statsmodels
    .venv/bin/python scripts/make-statistics-goldens.py
"""

import json
from pathlib import Path

import numpy as np
import scipy
import statsmodels
import statsmodels.api as sm
from scipy import stats
from scipy.optimize import brentq
from scipy.special import betainc, logsumexp
from scipy.stats import binomtest
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests



def log_wealth(values, mean, low, fractions):
    """Betting wealth item by item: the mean over fractions of the product of 1 - c + c (x - low) / (mean - low)."""
    logs = [sum(np.log(1 - c + c * (x - low) / (mean - low)) for x in values) for c in fractions]
    return float(logsumexp(logs) - np.log(len(fractions)))


def lower_bound(d, fractions):
    return root(lambda mean: log_wealth(d, mean, -1, fractions) - np.log(40), -1 + 1e-9, 1 - 1e-12)


def root(test, low, high):
    """Where the test changes sign; the lower end of a range that it refutes nowhere."""
    return float(brentq(test, low, high, xtol=1e-12)) if test(low) > 0 or test(high) > 0 else round(float(low), 6)


def betting_case(counts):
    """Items of the four outcomes (wrong, wrong), (right, wrong), (wrong, right), (right, right): intervals of difference and ratio at 95 %."""
    original = np.repeat([0, 1, 0, 1], counts).astype(float)
    variant = np.repeat([0, 0, 1, 1], counts).astype(float)
    smallest = np.sqrt(2 * np.log(40) / len(original))
    fractions = [1.0, 0.5]
    while fractions[-1] > smallest:
        fractions.append(fractions[-1] / 2)
    d = variant - original
    # The ratio is at least r when the mean of variant - r original is above 0, a bet with values from -r; the upper bound alike.
    low = root(lambda r: log_wealth(variant - r * original, 0, -r, fractions) - np.log(40), 1e-9, 1e3)
    high = root(lambda r: log_wealth(r * original - variant, 0, -1, fractions) - np.log(40), 1e-9, 1e6)
    return {"counts": counts, "difference": [lower_bound(d, fractions), -lower_bound(-d, fractions)], "ratio": [low, high]}


def text_interval(weights, before, after):
    """Weighted least squares of the loss on the number of units through the origin, weights 1 / units: the slope is the ratio estimator; HC3."""
    loss = before - after
    fit = sm.WLS(loss, weights, weights=1 / weights).fit(cov_type="HC3")
    degrees = max(1, (weights.sum() ** 2 / (weights**2).sum() - 1) / 2)
    reach = stats.t.ppf(0.975, degrees) * fit.bse[0]
    return [float(fit.params[0] - reach), float(fit.params[0] + reach)]


flips = [(0, 0), (1, 0), (0, 1), (5, 5), (10, 2), (3, 17), (40, 21), (250, 180), (3000, 2800), (6000, 20)]
holm = [[0.01, 0.04, 0.03, 0.005], [0.5, 0.5, 0.5], [0.2], [0.001, 0.9, 0.02, 0.02, 1.0], [0.04, 0.011, 0.012]]
proportions = [(0, 1), (1, 1), (0, 10), (3, 10), (10, 10), (100, 200), (3527, 14042), (14000, 14042)]
degrees = [1, 1.5, 2, 3.5, 10, 61, 1000]
beta = [(0.5, 2, 3), (0.01, 0.5, 0.5), (0.99, 30, 2), (0.3, 4000, 9000), (0.31, 4000, 9000)]
random = np.random.default_rng(7)
texts = []
for count, spread in [(10, 0.2), (40, 0.2), (62, 0.05)]:
    weights = random.integers(50, 900, count).astype(float)
    before = -weights * random.normal(3.2, 0.3, count)
    after = before - weights * random.normal(0.4, spread, count)
    texts.append({"weights": weights.tolist(), "original": before.tolist(), "variant": after.tolist(), "nats": text_interval(weights, before, after)})
golden = {
    "made_by": {"numpy": np.__version__, "scipy": scipy.__version__, "statsmodels": statsmodels.__version__},
    "mcnemar": [{"lost": b, "gained": c, "p": float(mcnemar([[9, b], [c, 9]], exact=True).pvalue)} for b, c in flips],
    "holm": [{"p": p, "adjusted": multipletests(p, method="holm")[1].tolist()} for p in holm],
    "proportions": [{"right": k, "count": n, "interval": list(binomtest(k, n).proportion_ci())} for k, n in proportions],
    "student": [{"degrees": df, "quantile": float(stats.t.ppf(0.975, df))} for df in degrees],
    "beta": [{"x": x, "a": a, "b": b, "value": float(betainc(a, b, x))} for x, a, b in beta],
    "betting": [betting_case(counts) for counts in [[0, 0, 0, 1], [0, 1, 0, 1], [3, 2, 1, 4], [10, 0, 0, 30], [20, 8, 0, 172], [30, 15, 12, 103]]],
    "texts": texts,
}
Path("test/compare/statistics.golden.json").write_text(json.dumps(golden) + "\n")
