#!/usr/bin/env python3
"""Makes the reference values of `evalharness doctor --benchmark`: benchmark/families.json and benchmark/tasks.json.

    pip install torch==2.13.0 transformers==5.24.0 accelerate lm_eval==0.4.13
    python scripts/make-benchmark-goldens.py

families.json: log-probabilities that transformers computes in float64 (eager attention, one request at a time) with small random
checkpoints. Their weights depend on the tensor's name alone (`tensor` below, src/benchmark/made-tensor.ts), so the program can
make the same checkpoint wherever it runs.

tasks.json: the responses of lm-eval in float64 with the built-in model on the first items of the built-in tasks.
"""

import json
import os
import platform
import tempfile
import zlib
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")

import lm_eval
import lm_eval.tasks
import numpy as np
import torch
import transformers
import yaml
from lm_eval.api.registry import get_model
from local_tasks import form_task, letter_task
from transformers import AutoConfig, AutoModelForCausalLM

ROOT = Path(__file__).resolve().parent.parent
SEED = 20261127
# Of the lead that decides is_greedy: a hundred times what f32 rounds.
LEAST_MARGIN = 1e-3

SHAPE = {
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 16,
    "vocab_size": 256,
    "max_position_embeddings": 256,
    "hidden_act": "silu",
    "rms_norm_eps": 1e-6,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
FAMILIES = {
    "llama": {**SHAPE, "tie_word_embeddings": False, "rope_parameters": {"rope_type": "default", "rope_theta": 10_000.0}},
    "mistral": {**SHAPE, "tie_word_embeddings": False, "sliding_window": 24, "rope_parameters": {"rope_type": "default", "rope_theta": 10_000.0}},
    "qwen2": {
        **{key: value for key, value in SHAPE.items() if key != "head_dim"},
        "tie_word_embeddings": True,
        "use_sliding_window": False,
        "rope_parameters": {"rope_type": "default", "rope_theta": 1_000_000.0},
    },
    "qwen3": {**SHAPE, "tie_word_embeddings": False, "use_sliding_window": False, "rope_parameters": {"rope_type": "default", "rope_theta": 1_000_000.0}},
}
ARCHITECTURES = {"llama": "LlamaForCausalLM", "mistral": "MistralForCausalLM", "qwen2": "Qwen2ForCausalLM", "qwen3": "Qwen3ForCausalLM"}

# Items of each built-in task.
ITEMS = {"valley_piqa": 20, "valley_boolq": 20, "valley_hellaswag": 10, "valley_wikitext": 3}
TOPICS = {"animals": 4, "materials": 4, "people": 4, "tools": 4, "towns": 4}


def mixed(values):
    """MurmurHash3's finalizer over uint32."""
    values = values ^ (values >> np.uint32(16))
    values = values * np.uint32(0x85EBCA6B)
    values = values ^ (values >> np.uint32(13))
    values = values * np.uint32(0xC2B2AE35)
    return values ^ (values >> np.uint32(16))


def tensor(name, shape):
    """Values that bfloat16 holds exactly: of a norm 1 ± 1/4, of anything else from -1/4 to 1/4."""
    count = int(np.prod(shape))
    with np.errstate(over="ignore"):
        bits = mixed(np.uint32(zlib.crc32(name.encode())) + np.arange(count, dtype=np.uint32) * np.uint32(0x9E3779B9))
    signed = (bits >> np.uint32(24)).astype(np.int64) - 128
    values = 1 + (signed >> 2) / 128 if "norm" in name else signed / 512
    return torch.tensor(values.reshape(shape), dtype=torch.float64)


def made_model(family):
    config = AutoConfig.for_model(family, **FAMILIES[family])
    model = AutoModelForCausalLM.from_config(config, attn_implementation="eager").double().eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(tensor(name, tuple(parameter.shape)))
    return model


def log_probs_of(model, tokens):
    with torch.no_grad():
        return torch.log_softmax(model(torch.tensor([tokens]), use_cache=False).logits[0], -1)


def score(model, context, continuation):
    """Sum of the continuation's log-probabilities, and the least lead of a token over the best other one: above 0 if greedy."""
    rows = log_probs_of(model, (context + continuation)[:-1])[-len(continuation) :]
    picked = [rows[place, token].item() for place, token in enumerate(continuation)]
    lead = min(picked[place] - rows[place].masked_fill(torch.arange(rows.shape[1]) == token, -torch.inf).max().item() for place, token in enumerate(continuation))
    return sum(picked), lead


def requests_of(model, random):
    """Choices behind one context, single tokens behind shared examples, long texts; some continuations are the greedy ones."""
    draw = lambda count: [int(token) for token in random.integers(3, SHAPE["vocab_size"], count)]
    greedy = lambda context: int(log_probs_of(model, context)[-1].argmax())
    context = draw(20)
    first = greedy(context)
    yield from [(context, [first, greedy(context + [first])]), (context, [first, *draw(3)]), (context, draw(5))]
    shots = draw(60)
    for length in (7, 13):
        context = shots + draw(length)
        yield from [(context, [token]) for token in (greedy(context), *draw(2))]
    context = draw(150)
    yield from [(context, draw(40)), ([1], draw(90)), (draw(3), draw(2))]


def family(name):
    random = np.random.default_rng(SEED + zlib.crc32(name.encode()))
    model = made_model(name)
    requests = []
    for context, continuation in requests_of(model, random):
        log_prob, lead = score(model, context, continuation)
        assert abs(lead) > LEAST_MARGIN, (name, lead)
        requests.append({"context": context, "continuation": continuation, "logProb": round(log_prob, 9), "isGreedy": lead > 0})
    assert 2 < sum(request["isGreedy"] for request in requests) < len(requests)
    config = {"architectures": [ARCHITECTURES[name]], "model_type": name, **FAMILIES[name]}
    return {"family": name, "config": config, "requests": requests}


def tasks():
    demo = ROOT / "demo" / "suites"
    forms = {name: form_task(name.removeprefix("valley_"), name, demo) for name in ITEMS}
    topics = {f"valley_mmlu_{topic}": letter_task(f"valley_{topic}", f"valley_mmlu_{topic}", demo) for topic in TOPICS}
    limits = {**ITEMS, **{f"valley_mmlu_{topic}": count for topic, count in TOPICS.items()}}
    model = get_model("hf")(pretrained=str(ROOT / "demo" / "model"), dtype="float64", device="cpu", batch_size=1)
    with tempfile.TemporaryDirectory() as folder:
        for name, content in {**forms, **topics}.items():
            Path(folder, f"{name}.yaml").write_text(yaml.safe_dump(content))
        manager = lm_eval.tasks.TaskManager(include_path=folder, include_defaults=False)
        for name, limit in limits.items():
            evaluated = lm_eval.simple_evaluate(model=model, tasks=[name], limit=limit, task_manager=manager, bootstrap_iters=0, log_samples=True)
            samples = sorted(evaluated["samples"][name], key=lambda sample: sample["doc_id"])
            assert [sample["doc_id"] for sample in samples] == list(range(limit))
            yield {"task": name, "items": [[response(stored) for stored in sample["resps"]] for sample in samples]}


def response(stored):
    """One request's: log-probability and whether it is greedy; of a text, the log-probability alone."""
    stored = stored[0]
    return [round(float(stored), 9), None] if isinstance(stored, float) else [round(float(stored[0]), 9), bool(stored[1])]


def write(file, made_by, key, entries):
    """One entry a line."""
    dumps = lambda value: json.dumps(value, separators=(",", ":"))
    lines = ",\n".join(dumps(entry) for entry in entries)
    file.parent.mkdir(exist_ok=True)
    file.write_text(f'{{"made_by":{dumps(made_by)},\n"{key}":[\n{lines}\n]}}\n', encoding="utf-8")
    print(file, file.stat().st_size, "bytes")


def main():
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
    versions = {"torch": torch.__version__, "transformers": transformers.__version__, "python": platform.python_version(), "arithmetic": "float64"}
    write(ROOT / "benchmark" / "families.json", versions, "families", [family(name) for name in FAMILIES])
    write(ROOT / "benchmark" / "tasks.json", {"lm_eval": lm_eval.__version__, **versions}, "tasks", list(tasks()))


if __name__ == "__main__":
    main()
