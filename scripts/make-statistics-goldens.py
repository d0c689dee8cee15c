#!/usr/bin/env python3
"""Writes test/compare/statistics.golden.json: what scipy and statsmodels say of fixed outcomes.

    python3 -m venv .venv && .venv/bin/pip install numpy scipy statsmodels
    .venv/bin/python scripts/make-statistics-goldens.py
"""

import json
from pathlib import Path

import numpy as np
import scipy
import statsmodels
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

RESAMPLES = 100_000


def outcomes(n, p, q, seed):
    """0/1 of two models on n items; the second differs from the first with probability q."""
    random = np.random.default_rng(seed)
    a = (random.random(n) < p).astype(int)
    flip = random.random(n) < q
    return a, np.where(flip, 1 - a, a)


def interval(statistic, *data):
    result = stats.bootstrap(data, statistic, paired=True, vectorized=False, n_resamples=RESAMPLES, method="percentile", random_state=1)
    return [result.confidence_interval.low, result.confidence_interval.high]


flips = [(0, 0), (1, 0), (0, 1), (5, 5), (10, 2), (3, 17), (40, 21), (250, 180), (3000, 2800), (6000, 20)]
holm = [[0.01, 0.04, 0.03, 0.005], [0.5, 0.5, 0.5], [0.2], [0.001, 0.9, 0.02, 0.02, 1.0], [0.04, 0.011, 0.012]]
pairs = []
for n, p, q, seed in [(60, 0.7, 0.2, 1), (400, 0.6, 0.3, 2), (50, 0.9, 0.05, 3)]:
    a, b = outcomes(n, p, q, seed)
    pairs.append(
        {
            "original": a.tolist(),
            "variant": b.tolist(),
            "difference": interval(lambda x, y: y.mean() - x.mean(), a, b),
            "retention": interval(lambda x, y: y.sum() / x.sum(), a, b),
        }
    )
random = np.random.default_rng(7)
weights = random.integers(50, 900, 40).astype(float)
before = -weights * random.normal(3.2, 0.3, 40)
after = before - weights * random.normal(0.4, 0.2, 40)
texts = {
    "weights": weights.tolist(),
    "original": before.tolist(),
    "variant": after.tolist(),
    "ratio": interval(lambda x, y, w: np.exp((x.sum() - y.sum()) / w.sum()), before, after, weights),
    "nats": interval(lambda x, y, w: (x.sum() - y.sum()) / w.sum(), before, after, weights),
}
golden = {
    "made_by": {"numpy": np.__version__, "scipy": scipy.__version__, "statsmodels": statsmodels.__version__, "resamples": RESAMPLES},
    "mcnemar": [{"lost": b, "gained": c, "p": float(mcnemar([[9, b], [c, 9]], exact=True).pvalue)} for b, c in flips],
    "holm": [{"p": p, "adjusted": multipletests(p, method="holm")[1].tolist()} for p in holm],
    "quantiles": {"values": (values := np.random.default_rng(4).normal(size=101)).tolist(), "interval": np.percentile(values, [2.5, 97.5]).tolist()},
    "pairs": pairs,
    "texts": texts,
}
Path("test/compare/statistics.golden.json").write_text(json.dumps(golden) + "\n")
