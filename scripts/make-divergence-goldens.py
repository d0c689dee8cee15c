#!/usr/bin/env python3
"""Makes test/graph/blocks/divergence.golden.json: KL divergences of pairs of the small checkpoints in test/checkpoints.

    python3 -m venv .venv
    .venv/bin/pip install torch==2.13.0 transformers==5.24.0 numpy
    .venv/bin/python scripts/make-divergence-goldens.py

transformers computes the logits of both models in float64 (eager attention, one
request at a time, no padding); the log-softmax is torch's, in float64. The
requests are those of the original's golden.json. At each position after which a
token of the continuation is scored: KL(original || variant) over the whole
vocabulary in nats, the most likely token of both, and the log-probabilities of
the token under both.
"""

import json
import os
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")

import torch
import transformers
from transformers import AutoModelForCausalLM

ROOT = Path(__file__).parent.parent / "test"
# Tied and untied heads, a bias, soft caps, other widths and types, scaled logits.
PAIRS = [("gemma2", "gemma2-bias"), ("phi", "stablelm"), ("granite", "granite-bias")]


def open_model(name):
    folder = ROOT / "checkpoints" / name
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float64, attn_implementation="eager").eval()


def log_softmax(model, tokens):
    with torch.no_grad():
        return model(torch.tensor([tokens])).logits[0].double().log_softmax(-1)


def compare(original, variant, context, continuation):
    tokens = (context + continuation)[:-1]
    p, q = (log_softmax(model, tokens)[-len(continuation) :] for model in (original, variant))
    picked = torch.tensor(continuation)[:, None]
    return {
        "kl": torch.nn.functional.kl_div(q, p, log_target=True, reduction="none").sum(-1).tolist(),
        "is_same_top": (p.argmax(-1) == q.argmax(-1)).tolist(),
        "original": p.gather(1, picked)[:, 0].tolist(),
        "variant": q.gather(1, picked)[:, 0].tolist(),
    }


def case(original, variant):
    requests = json.loads((ROOT / "checkpoints" / original / "golden.json").read_text())["requests"]
    models = open_model(original), open_model(variant)
    values = [compare(*models, request["context"], request["continuation"]) for request in requests]
    return {"original": original, "variant": variant, "requests": values}


golden = {
    "torch": torch.__version__,
    "transformers": transformers.__version__,
    "pairs": [case(*pair) for pair in PAIRS],
}
(ROOT / "graph" / "blocks" / "divergence.golden.json").write_text(json.dumps(golden) + "\n")
for pair in golden["pairs"]:
    kl = [value for request in pair["requests"] for value in request["kl"]]
    print(pair["original"], pair["variant"], len(kl), min(kl), max(kl))
