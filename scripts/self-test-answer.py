"""Prints the known answer of src/engine/devices/self-test.ts: what transformers in float64 makes of the built-in model's first 32 tokens of a text.

    python scripts/self-test-answer.py

Needs torch and transformers. Last run with torch 2.13.0 and transformers 5.23.0: -146.38115464013632.
"""

import json

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

with open("demo/suites/wikitext/test_document_level.jsonl") as rows:
    text = json.loads(next(rows))["page"]
ids = AutoTokenizer.from_pretrained("demo/model")(text)["input_ids"][:32]
model = AutoModelForCausalLM.from_pretrained("demo/model", dtype=torch.float64)
with torch.no_grad():
    log_probs = torch.log_softmax(model(torch.tensor([ids])).logits[0], -1)
print(ids)
print(sum(log_probs[position, token].item() for position, token in enumerate(ids[1:])))
