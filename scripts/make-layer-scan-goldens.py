#!/usr/bin/env python3
"""What transformers gives for models without one layer, and Block Influence.

For small checkpoints of test/checkpoints, in float64 from the stored weights:
log-probabilities of the requests of golden.json with each layer taken out of
the model's ModuleList, and for each layer of the whole model one minus the mean
cosine of its input and output (arXiv 2403.03853). A token that several requests
have after the same beginning counts once.

    .venv/bin/python scripts/make-layer-scan-goldens.py > test/prune/scan/layers.golden.json

torch 2.13.0, transformers 5.24.0.
"""

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")

import torch
import transformers
from transformers import AutoModelForCausalLM

CHECKPOINTS = Path(__file__).parent.parent / "test" / "checkpoints"
CASES = ["qwen3", "gemma2", "gpt2"]


def load(case):
    model = AutoModelForCausalLM.from_pretrained(CHECKPOINTS / case, dtype=torch.float64, attn_implementation="eager")
    return model.eval()


def layers_of(model):
    return model.transformer.h if hasattr(model, "transformer") else model.model.layers


def without(model, index):
    layers = layers_of(model)
    del layers[index]
    config = model.config
    config.num_hidden_layers -= 1
    if getattr(config, "layer_types", None) is not None:
        config.layer_types = [kind for layer, kind in enumerate(config.layer_types) if layer != index]
    for layer, module in enumerate(layers):
        for part in module.modules():
            if hasattr(part, "layer_idx"):
                part.layer_idx = layer
    return model


def log_prob(model, context, continuation):
    tokens = torch.tensor([context + continuation])
    logits = model(tokens[:, :-1], use_cache=False).logits[0]
    scores = torch.log_softmax(logits, -1)
    return sum(scores[len(context) + i - 1, token].item() for i, token in enumerate(continuation))


def influences(model, requests):
    count = len(layers_of(model))
    cosines = [{} for _ in range(count)]
    states = {}

    def hook(index):
        def keep(module, args, kwargs, output):
            after = output[0] if isinstance(output, tuple) else output
            before = args[0] if args else kwargs["hidden_states"]
            states[index] = (before.reshape(-1, before.shape[-1]), after.reshape(-1, after.shape[-1]))

        return keep

    for index, layer in enumerate(layers_of(model)):
        layer.register_forward_hook(hook(index), with_kwargs=True)
    for request in requests:
        tokens = (request["context"] + request["continuation"])[:-1]
        model(torch.tensor([tokens]), use_cache=False)
        for index in range(count):
            before, after = states[index]
            values = torch.nn.functional.cosine_similarity(before, after, dim=-1, eps=0)
            for place, value in enumerate(values.tolist()):
                cosines[index][tuple(tokens[: place + 1])] = value
    return [1 - sum(values.values()) / len(values) for values in cosines]


def main():
    cases = {}
    with torch.no_grad():
        for case in CASES:
            requests = json.loads((CHECKPOINTS / case / "golden.json").read_text())["requests"]
            count = len(layers_of(load(case)))
            cases[case] = {
                "without": [
                    [log_prob(model, r["context"], r["continuation"]) for r in requests]
                    for model in (without(load(case), index) for index in range(count))
                ],
                "influence": influences(load(case), requests),
            }
    json.dump({"torch": torch.__version__, "transformers": transformers.__version__, "cases": cases}, sys.stdout)
    print()


main()
