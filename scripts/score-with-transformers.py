#!/usr/bin/env python3
"""Log-likelihoods of token sequences by transformers, in float64.

    score-with-transformers.py MODEL < requests.json > scores.json

requests.json is a list of {"context": [ids], "continuation": [ids]}; the answer
a list of sums of natural log-probabilities, one request at a time, no padding.
"""

import json
import sys

import torch
from transformers import AutoModelForCausalLM

model = AutoModelForCausalLM.from_pretrained(sys.argv[1], dtype=torch.float64, attn_implementation="eager").eval()
scores = []
with torch.no_grad():
    for request in json.load(sys.stdin):
        ids = torch.tensor([request["context"] + request["continuation"]])
        count = len(request["continuation"])
        log_probs = torch.log_softmax(model(ids).logits[0, -count - 1 : -1], dim=-1)
        scores.append(log_probs.gather(1, ids[0, -count:, None]).sum().item())
json.dump(scores, sys.stdout)
