#!/usr/bin/env python3
"""Scores stored samples of a quantized run again: transformers in float32 over weights that bitsandbytes or onnxruntime quantized.

    .venv/bin/pip install torch==2.13.0 transformers==5.23.0 numpy bitsandbytes==0.50.2 onnxruntime==1.32.0
    .venv/bin/python scripts/check-quantized-scores.py FOLDER nf4 64 results/nf4/samples_piqa_TIME.jsonl --items 20

FOLDER is the checkpoint, then the scheme (nf4, int8, int4) and its block. Prints
the largest difference in nats per scored token and the largest of all.
"""

import argparse
import importlib.util
import json
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

spec = importlib.util.spec_from_file_location("goldens", Path(__file__).resolve().parent / "make-quantization-goldens.py")
goldens = importlib.util.module_from_spec(spec)
spec.loader.exec_module(goldens)


def quantized(folder, scheme, block):
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.ndim == 2 and name.startswith("model.layers."):
                through = goldens.through_nf4(parameter, block) if scheme == "nf4" else goldens.through_integers(parameter.detach(), int(scheme[3:]), block)
                parameter.copy_(through)
    return model


def score(model, tokenizer, context, continuation):
    """The sum of log-probabilities and the number of scored tokens; lm-eval's rule decides which tokens belong to the continuation."""
    start = tokenizer.encode(context)
    whole = tokenizer.encode(context + continuation)
    with torch.no_grad():
        logits = model(torch.tensor([whole[:-1]]), use_cache=False).logits[0].double()
    rows = torch.log_softmax(logits, -1)[len(start) - 1 :]
    targets = torch.tensor(whole[len(start) :])
    return float(rows.gather(1, targets[:, None]).sum()), len(targets)


def main():
    parser = argparse.ArgumentParser(description="Scores stored samples of a quantized run again.")
    parser.add_argument("folder")
    parser.add_argument("scheme", choices=["nf4", "int8", "int4"])
    parser.add_argument("block", type=int)
    parser.add_argument("samples", type=Path)
    parser.add_argument("--items", type=int, default=20)
    arguments = parser.parse_args()
    torch.set_num_threads(2)
    model = quantized(arguments.folder, arguments.scheme, arguments.block)
    tokenizer = AutoTokenizer.from_pretrained(arguments.folder)
    largest = 0.0
    count = 0
    for line in arguments.samples.read_text().splitlines()[: arguments.items]:
        sample = json.loads(line)
        for pair, answer in zip(sample["arguments"].values(), sample["filtered_resps"]):
            expected, tokens = score(model, tokenizer, pair["arg_0"], pair["arg_1"])
            largest = max(largest, abs(float(answer[0]) - expected) / tokens)
            count += 1
    print(f"{arguments.scheme}, {count} requests: at most {largest:.1e} nats a token")


if __name__ == "__main__":
    main()
