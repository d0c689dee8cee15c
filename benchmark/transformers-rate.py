"""Scores requests with transformers, for `evalharness doctor --benchmark` to compare with. Started by it; reads a job from standard input.

The job is JSON: config (content of config.json), file and tensors (name to place and shape of values of two bytes), dtype, device, sequences (lists of
token ids), seconds (of measuring) and batch_tokens. Batches of like lengths, padded on the right, as lm-eval's model hf makes them. Prints one line of
JSON: versions, device, load_seconds, seconds and tokens of the sequences that were scored, and best and log_prob after the last token of each.
"""

import json
import os
import sys
import time

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")

import torch
import transformers
from transformers import AutoConfig, AutoModelForCausalLM

DTYPES = {"BF16": torch.bfloat16, "F16": torch.float16}


def load(job, device):
    """The model without a second copy of its weights: each parameter is a window into the file."""
    config = AutoConfig.for_model(**job["config"])
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config, dtype=DTYPES[job["dtype"]])
    size = os.path.getsize(job["file"])
    values = torch.from_file(job["file"], shared=False, size=size // 2, dtype=DTYPES[job["dtype"]])
    state = {}
    for name, tensor in job["tensors"].items():
        count = 1
        for extent in tensor["shape"]:
            count *= extent
        start = tensor["byteOffset"] // 2
        state[name] = values[start : start + count].view(tensor["shape"]).to(device, copy=True)
    model.load_state_dict(state, strict=False, assign=True)
    model.tie_weights()
    # What is computed of the config alone was made without values.
    model.model.rotary_emb = type(model.model.rotary_emb)(config=config).to(device)
    assert not [name for name, parameter in model.named_parameters() if parameter.is_meta]
    return model.eval()


def batches(sequences, batch_tokens):
    """Indices, the longest first, so that the padded batch fits."""
    order = sorted(range(len(sequences)), key=lambda index: -len(sequences[index]))
    batch = []
    for index in order:
        longest = len(sequences[batch[0]]) if batch else len(sequences[index])
        if batch and (len(batch) + 1) * longest > batch_tokens:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def main():
    job = json.load(sys.stdin)
    device = job["device"] if job["device"] != "cuda" or torch.cuda.is_available() else "cpu"
    synchronize = torch.cuda.synchronize if device == "cuda" else lambda: None
    started = time.perf_counter()
    model = load(job, device)
    synchronize()
    load_seconds = time.perf_counter() - started
    sequences = job["sequences"]
    best, log_prob, tokens, spent = {}, {}, 0, 0.0
    with torch.inference_mode():
        for number, batch in enumerate(batches(sequences, job["batch_tokens"])):
            if number == 0:
                # The first one warms up and is scored again.
                score(model, [sequences[index] for index in batch], device)
                synchronize()
            started = time.perf_counter()
            found = score(model, [sequences[index] for index in batch], device)
            synchronize()
            spent += time.perf_counter() - started
            for index, (token, value) in zip(batch, found):
                best[index], log_prob[index] = token, value
                tokens += len(sequences[index])
            if spent > job["seconds"]:
                break
    print(
        json.dumps(
            {
                "versions": {"torch": torch.__version__, "transformers": transformers.__version__},
                "device": torch.cuda.get_device_name() if device == "cuda" else device,
                "attention": model.config._attn_implementation,
                "load_seconds": load_seconds,
                "seconds": spent,
                "tokens": tokens,
                "scored": sorted(best),
                "best": [best[index] for index in sorted(best)],
                "log_prob": [log_prob[index] for index in sorted(best)],
            }
        )
    )


def score(model, sequences, device):
    """Best token and its log-probability behind each sequence; logits of all positions are made, as lm-eval does."""
    longest = max(map(len, sequences))
    ids = torch.zeros(len(sequences), longest, dtype=torch.long)
    for row, sequence in enumerate(sequences):
        ids[row, : len(sequence)] = torch.tensor(sequence)
    logits = model(ids.to(device), use_cache=False).logits
    ends = torch.tensor([len(sequence) - 1 for sequence in sequences], device=device)
    rows = torch.log_softmax(logits[torch.arange(len(sequences), device=device), ends].float(), -1)
    values, tokens = rows.max(-1)
    return list(zip(tokens.tolist(), values.tolist()))


if __name__ == "__main__":
    main()
