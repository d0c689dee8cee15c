#!/usr/bin/env python3
"""Writes responses of a real vLLM, and log-probabilities by transformers for the same tokens, for test/engine/completions/wire.test.ts.

    python scripts/make-completions-goldens.py --model MODEL --url http://127.0.0.1:8123/v1 > test/engine/completions/vllm.golden.json

The server (vLLM in float32) calls the model by its folder's name. Needs torch and transformers.
"""

import argparse
import json
import pathlib
import urllib.request

import torch
import transformers

CONTEXT = "The capital of France is"
CHOICES = [" Paris", " Rome", " the"]
PHRASE = " a city of light"


def post(url, body):
    request = urllib.request.Request(url, json.dumps(body).encode(), {"content-type": "application/json"})
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def log_probs(model, tokens):
    """For each token but the first its log-probability, and whether it is the arg-max."""
    with torch.no_grad():
        logits = model(torch.tensor([tokens])).logits[0, :-1].float().log_softmax(-1)
    targets = torch.tensor(tokens[1:])
    return logits.gather(1, targets[:, None])[:, 0].tolist(), (logits.argmax(-1) == targets).tolist()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--url", required=True)
    arguments = parser.parse_args()
    tokenizer = transformers.AutoTokenizer.from_pretrained(arguments.model)
    model = transformers.AutoModelForCausalLM.from_pretrained(arguments.model, dtype=torch.float32)
    name = pathlib.Path(arguments.model).name
    context, phrase = tokenizer.encode(CONTEXT), tokenizer.encode(PHRASE, add_special_tokens=False)
    choices = [tokenizer.encode(choice, add_special_tokens=False) for choice in CHOICES]
    assert all(len(choice) == 1 for choice in choices)
    asked = sorted(choice[0] for choice in choices)
    common = {"model": name, "max_tokens": 1, "temperature": 0}
    whole = {**common, "prompt": [context + phrase, context + choices[0]]}
    bodies = {
        "prompt_logprobs": {**whole, "prompt_logprobs": 1},
        "echo": {**whole, "echo": True, "logprobs": 1},
        "next": {**common, "prompt": [context], "logprobs": len(asked), "logprob_token_ids": asked, "return_tokens_as_token_ids": True},
    }
    expected = []
    for continuation in [phrase, *choices]:
        values, greedy = log_probs(model, context + continuation)
        expected.append({"targets": continuation, "log_prob": sum(values[-len(continuation) :]), "is_greedy": all(greedy[-len(continuation) :])})
    with urllib.request.urlopen(arguments.url.removesuffix("/v1") + "/version") as response:
        vllm = json.load(response)["version"]
    tools = {"vllm": vllm, "transformers": transformers.__version__, "torch": torch.__version__}
    golden = {"tools": tools, "model": name, "context": context, "expected": expected}
    golden["exchanges"] = {form: {"body": body, "response": post(f"{arguments.url}/completions", body)} for form, body in bodies.items()}
    print(json.dumps(golden))


if __name__ == "__main__":
    main()
