#!/usr/bin/env python3
"""Writes test/metrics/metrics.golden.json: metrics of made-up items as lm-eval computes them, with scikit-learn where lm-eval asks it.

    python3 -m venv .venv && .venv/bin/pip install lm_eval==0.4.13
    DISABLE_MULTIPROC=1 .venv/bin/python scripts/make-metric-goldens.py
"""

import json
from pathlib import Path

import lm_eval
import numpy as np
import sklearn
from lm_eval.api import metrics
from lm_eval.tasks.truthfulqa.utils import process_results_mc2
from lm_eval.utils import softmax

BOOTSTRAP_ITERATIONS = 1_000
random = np.random.default_rng(20261128)


def items(count, choices, right):
    """Log-likelihoods of each item's choices, the gold index, and how many are right (the first ones) for mc2."""
    made = []
    for _ in range(count):
        log_probs = np.round(random.normal(-8, 3, choices), 3).clip(max=-0.01)
        gold = int(np.argmax(log_probs)) if random.random() < right else int(random.integers(choices))
        made.append({"logProbs": log_probs.tolist(), "gold": gold, "rightCount": int(random.integers(1, choices + 1))})
    return made


def figures(made, choices):
    pairs = [(item["gold"], int(np.argmax(item["logProbs"]))) for item in made]
    brier = [(item["gold"], softmax(np.array(item["logProbs"]))) for item in made]
    labels = lambda item: [1] * item["rightCount"] + [0] * (choices - item["rightCount"])
    mc2 = [float(process_results_mc2({"mc2_targets": {"labels": labels(item)}}, [(log_prob, False) for log_prob in item["logProbs"]])["acc"]) for item in made]
    perplexity = [item["logProbs"][0] for item in made]
    figures = {
        "mcc": (metrics.matthews_corrcoef, pairs),
        "brier_score": (metrics.brier_score, brier),
        "mc2": (metrics.mean, mc2),
        "perplexity": (metrics.perplexity, perplexity),
    }
    if choices == 2:
        figures["f1"] = (metrics.f1_score, pairs)
    return {name: figure(*given) for name, given in figures.items()}


def figure(aggregate, values):
    """The score, and its standard error if lm-eval has one."""
    error = metrics.stderr_for_metric(aggregate, BOOTSTRAP_ITERATIONS)
    return {"score": float(aggregate(values)), "standardError": float(error(values)) if error else None}


def groups():
    for count in (2, 5):
        parts = [{"itemCount": int(random.integers(2, 400)), "score": float(random.random()), "standardError": float(random.random() / 10)} for _ in range(count)]
        scores, errors, sizes = ([part[key] for part in parts] for key in ("score", "standardError", "itemCount"))
        yield {
            "parts": parts,
            "items": [metrics.aggregate_subtask_metrics(scores, sizes), float(metrics.pooled_sample_stderr(errors, sizes))],
            "tasks": [metrics.aggregate_subtask_metrics(scores, sizes, weight_by_size=False), float(metrics.unweighted_mean_stderr(errors))],
        }


def main():
    cases = []
    # The last two: nothing of the second class, and one class only.
    for count, choices, right in ((40, 2, 0.6), (30, 2, 0.1), (50, 4, 0.5)):
        made = items(count, choices, right)
        cases.append({"items": made, "figures": figures(made, choices)})
    for preferred in ([-1.0, -2.0], [-2.0, -1.0]):
        made = [{"logProbs": preferred, "gold": gold, "rightCount": 1} for gold in (0, 0, 0)]
        cases.append({"items": made, "figures": figures(made, 2)})
    made_by = {"lm_eval": lm_eval.__version__, "sklearn": sklearn.__version__, "numpy": np.__version__, "bootstrap_iters": BOOTSTRAP_ITERATIONS}
    file = Path(__file__).resolve().parent.parent / "test" / "metrics" / "metrics.golden.json"
    file.write_text(json.dumps({"made_by": made_by, "cases": cases, "groups": list(groups())}, separators=(",", ":")) + "\n")
    print(file, file.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
