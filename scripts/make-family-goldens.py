#!/usr/bin/env python3
"""Makes the small random checkpoints and goldens in test/checkpoints.

Each case is a folder like one from the hub (config.json and safetensors, no
tokenizer) with golden.json: log-probabilities that transformers computes in
float64 (eager attention, one request at a time, no padding) from the weights
as stored, read back from disk, so a difference is the rounding of the program
that is compared. (In float32, transformers itself differs by up to 2e-5 nats a
token on these models.)

    python3 -m venv .venv
    .venv/bin/pip install torch==2.13.0 transformers==5.23.0 numpy safetensors
    .venv/bin/python scripts/make-family-goldens.py            # all cases
    .venv/bin/python scripts/make-family-goldens.py qwen3 yarn # cases whose name contains one of the words
    .venv/bin/python scripts/make-family-goldens.py --out DIR  # elsewhere

The weights and requests come from NumPy's PCG64, seeded by SEED and the case's
name, so a case does not change when another one is added. The same versions on
the same processor give the same bytes; elsewhere log-probabilities may differ
in the last decimals.

Before a case counts as made it is checked: the tensors on disk are the ones
made, float32 gives nearly the same log-probabilities, is_greedy has a margin
that rounding cannot cross, and every mistake in the case's list (rope scaling
ignored, window ignored, a norm or bias skipped, ...) moves log-probabilities.
"""

import argparse
import json
import os
import platform
import shutil
import sys
import zlib
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")

import re

import family_cases
import numpy as np
import safetensors
import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForCausalLM

SEED = 20260101
ROLLING_TOKENS = 150
ROLLING_LENGTH = 32
PREFIX_TOKEN = 1
# A mistake must move the most-moved log-probability of a case by at least this.
LEAST_MOVE = 0.02
# Of the lead that decides is_greedy.
LEAST_MARGIN = 1e-3
MOST_ROUNDING = 2e-4

DTYPES = {"F32": torch.float32, "BF16": torch.bfloat16, "F16": torch.float16}


def shape(**changes):
    """What all cases share, unless changed."""
    return {
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "vocab_size": 160,
        "max_position_embeddings": 128,
        "hidden_act": "silu",
        "initializer_range": 0.02,
        "use_cache": True,
        "attention_dropout": 0.0,
        "bos_token_id": 1,
        "eos_token_id": 2,
        **changes,
    }


def without(config, *keys):
    return {key: value for key, value in config.items() if key not in keys}


def old(architecture, model_type, **config):
    """config.json as transformers 4 wrote it."""
    return {"architectures": [architecture], "model_type": model_type, "transformers_version": "4.46.0", **config}


LLAMA3_SCALING = {
    "rope_type": "llama3",
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,
}

# name: model_type, weights, config, and
#   spelling  'new': config.json is what this transformers writes; 'old': `config` itself
#   shard     most bytes of a safetensors file
#   extra     further tensors found in real checkpoints, a function of the tensors to save
#   mistakes  labels of MISTAKES that must show
CASES = {
    "llama2": {
        "weights": "F32",
        "spelling": "old",
        "config": old(
            "LlamaForCausalLM",
            "llama",
            **without(shape(num_key_value_heads=4, vocab_size=128), "attention_dropout"),
            pretraining_tp=1,
            rms_norm_eps=1e-05,
            rope_scaling=None,
            rope_theta=10000.0,
            tie_word_embeddings=False,
            torch_dtype="float32",
        ),
        # Early Llama checkpoints hold the frequencies too; readers ignore them.
        "extra": lambda tensors: {
            f"model.layers.{layer}.self_attn.rotary_emb.inv_freq": 1.0 / 10000.0 ** (torch.arange(0, 8, 2).float() / 8)
            for layer in range(2)
        },
        "mistakes": ["theta", "norms", "head"],
    },
    "llama3": {
        "weights": "BF16",
        "spelling": "new",
        "config": {
            "model_type": "llama",
            **shape(hidden_size=48, head_dim=16, num_hidden_layers=2, eos_token_id=[2, 3, 4]),
            "rms_norm_eps": 1e-05,
            "tie_word_embeddings": True,
            "rope_parameters": {**LLAMA3_SCALING, "rope_theta": 500.0},
        },
        "mistakes": ["theta", "scaling", "norms", "groups"],
    },
    "llama3-old": {
        "weights": "F16",
        "spelling": "old",
        "config": old(
            "LlamaForCausalLM",
            "llama",
            **shape(head_dim=8, eos_token_id=[2, 3]),
            attention_bias=False,
            mlp_bias=False,
            pretraining_tp=1,
            rms_norm_eps=1e-05,
            rope_scaling=LLAMA3_SCALING,
            rope_theta=500.0,
            tie_word_embeddings=False,
            torch_dtype="float16",
        ),
        "mistakes": ["theta", "scaling", "norms", "groups", "head"],
    },
    "llama-linear": {
        "weights": "BF16",
        "spelling": "old",
        # As before grouped heads: neither num_key_value_heads nor rope_theta.
        "config": old(
            "LlamaForCausalLM",
            "llama",
            **without(shape(), "num_key_value_heads", "attention_dropout"),
            rms_norm_eps=1e-06,
            rope_scaling={"type": "linear", "factor": 4.0},
            tie_word_embeddings=False,
            torch_dtype="bfloat16",
        ),
        "mistakes": ["theta", "scaling", "norms", "head"],
    },
    "llama-bias": {
        "weights": "BF16",
        "spelling": "new",
        "config": {
            "model_type": "llama",
            **shape(),
            "rms_norm_eps": 1e-05,
            "attention_bias": True,
            "mlp_bias": True,
            "tie_word_embeddings": False,
            "rope_parameters": {"rope_type": "default", "rope_theta": 1000.0},
        },
        "mistakes": ["theta", "norms", "groups", "head", "qkv_bias", "o_bias", "mlp_bias"],
    },
    "smollm2": {
        "weights": "BF16",
        "spelling": "old",
        "shard": 24_000,
        "config": old(
            "LlamaForCausalLM",
            "llama",
            **shape(hidden_size=48, num_attention_heads=6, pad_token_id=2, vocab_size=176),
            attention_bias=False,
            is_llama_config=True,
            mlp_bias=False,
            pretraining_tp=1,
            rms_norm_eps=1e-05,
            rope_interleaved=False,
            rope_scaling=None,
            rope_theta=100000,
            tie_word_embeddings=True,
            torch_dtype="bfloat16",
        ),
        "mistakes": ["theta", "norms", "groups"],
    },
    "mistral": {
        "weights": "F16",
        "spelling": "old",
        "config": old(
            "MistralForCausalLM",
            "mistral",
            **shape(),
            rms_norm_eps=1e-02,
            rope_theta=1000000.0,
            sliding_window=None,
            tie_word_embeddings=False,
            torch_dtype="float16",
        ),
        "mistakes": ["theta", "epsilon", "norms", "groups", "head"],
    },
    "mistral-window": {
        "weights": "BF16",
        "spelling": "new",
        "config": {
            "model_type": "mistral",
            **shape(head_dim=16),
            "rms_norm_eps": 1e-05,
            "sliding_window": 16,
            "tie_word_embeddings": False,
            "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0},
        },
        "mistakes": ["theta", "window", "window_by_one", "norms", "groups", "head"],
    },
    "qwen2": {
        "weights": "F32",
        "spelling": "old",
        "shard": 48_000,
        # A window that is not in use.
        "config": old(
            "Qwen2ForCausalLM",
            "qwen2",
            **shape(vocab_size=144),
            max_window_layers=1,
            rms_norm_eps=1e-06,
            rope_theta=1000000.0,
            sliding_window=16,
            tie_word_embeddings=True,
            torch_dtype="float32",
            use_mrope=False,
            use_sliding_window=False,
        ),
        "mistakes": ["theta", "norms", "groups", "qkv_bias"],
    },
    "qwen2-untied": {
        "weights": "BF16",
        "spelling": "new",
        "config": {
            "model_type": "qwen2",
            **shape(),
            "rms_norm_eps": 1e-06,
            "tie_word_embeddings": False,
            "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0},
        },
        "mistakes": ["theta", "norms", "groups", "head", "qkv_bias"],
    },
    "qwen2-window": {
        "weights": "BF16",
        "spelling": "new",
        # The first layer sees all, the other two only the window.
        "config": {
            "model_type": "qwen2",
            **shape(num_hidden_layers=3),
            "rms_norm_eps": 1e-06,
            "use_sliding_window": True,
            "sliding_window": 16,
            "max_window_layers": 1,
            "tie_word_embeddings": True,
            "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0},
        },
        "mistakes": ["theta", "window", "window_by_one", "window_everywhere", "norms", "groups", "qkv_bias"],
    },
    "qwen2-yarn": {
        "weights": "BF16",
        "spelling": "old",
        "config": old(
            "Qwen2ForCausalLM",
            "qwen2",
            **shape(),
            max_window_layers=2,
            rms_norm_eps=1e-06,
            rope_scaling={"factor": 4.0, "original_max_position_embeddings": 32, "type": "yarn"},
            rope_theta=100.0,
            sliding_window=128,
            tie_word_embeddings=True,
            torch_dtype="bfloat16",
            use_sliding_window=False,
        ),
        "mistakes": ["theta", "scaling", "temperature", "norms", "groups", "qkv_bias"],
    },
    "qwen3": {
        "weights": "BF16",
        "spelling": "old",
        "config": old(
            "Qwen3ForCausalLM",
            "qwen3",
            **shape(head_dim=16),
            attention_bias=False,
            max_window_layers=2,
            rms_norm_eps=1e-06,
            rope_scaling=None,
            rope_theta=1000000,
            sliding_window=None,
            tie_word_embeddings=True,
            torch_dtype="bfloat16",
            use_sliding_window=False,
        ),
        # Tied, and yet with a copy of the matrix, as Qwen3-0.6B has it.
        "extra": lambda tensors: {"lm_head.weight": tensors["model.embed_tokens.weight"].clone()},
        "mistakes": ["theta", "norms", "groups", "head_norms"],
    },
    "qwen3-untied": {
        "weights": "F32",
        "spelling": "new",
        "config": {
            "model_type": "qwen3",
            **shape(head_dim=16, vocab_size=128),
            "rms_norm_eps": 1e-02,
            "tie_word_embeddings": False,
            "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0},
        },
        "mistakes": ["theta", "epsilon", "norms", "groups", "head", "head_norms"],
    },
    "qwen3-yarn": {
        "weights": "BF16",
        "spelling": "new",
        "config": {
            "model_type": "qwen3",
            **shape(head_dim=16),
            "rms_norm_eps": 1e-06,
            "attention_bias": True,
            "tie_word_embeddings": True,
            "rope_parameters": {
                "rope_type": "yarn",
                "rope_theta": 100.0,
                "factor": 4.0,
                "original_max_position_embeddings": 32,
                "beta_fast": 4.0,
                "beta_slow": 1.0,
                "attention_factor": 1.25,
                "truncate": False,
            },
        },
        "mistakes": ["theta", "scaling", "temperature", "norms", "groups", "head_norms", "qkv_bias", "o_bias"],
    },
}


CASES |= family_cases.CASES
CASES |= {name: {"mistakes": []} for name in family_cases.REMOTE}

# ---- weights ----


def fill(model, rng):
    """Strong weights, so that logits are peaked and no part can be left out unseen."""
    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            noise = torch.from_numpy(rng.standard_normal(tuple(parameter.shape)).astype(np.float32))
            is_norm = re.search(r"norm|\bln_", name)
            if is_norm and name.endswith(".bias"):
                value = 0.25 * noise
            elif is_norm:
                # Gemma adds 1 to the stored weight.
                value = (0 if "gemma" in model.config.model_type else 1) + 0.25 * noise
            elif name.endswith(".bias"):
                value = 0.5 * noise
            elif re.search(r"embed|lm_head|\bw[tp]e\b", name):
                value = 0.45 * noise
            else:
                value = 0.3 * noise
            parameter.copy_(value)


def save(case, folder, rng):
    """Writes the checkpoint; returns the tensors that were to be stored."""
    config = AutoConfig.for_model(**case["config"])
    model = AutoModelForCausalLM.from_config(config, attn_implementation="eager").float()
    fill(model, rng)
    model.to(DTYPES[case["weights"]])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    model.save_pretrained(folder, max_shard_size=case.get("shard", 1_000_000))
    (folder / "generation_config.json").unlink(missing_ok=True)
    tensors = {name: value.detach().contiguous() for name, value in model.state_dict().items()}
    if config.tie_word_embeddings:
        tensors = {name: value for name, value in tensors.items() if name not in model.all_tied_weights_keys}
    if "own_mistakes" in case:
        # In memory experts are one tensor, and some heads have another name.
        tensors = stored_tensors(folder)
    if "extra" in case:
        tensors.update(case["extra"](tensors))
        save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    if case["spelling"] == "old":
        text = json.dumps(case["config"], indent=2, sort_keys=True)
        (folder / "config.json").write_text(text + "\n", encoding="utf-8")
    for file in folder.iterdir():
        file.chmod(0o644)
    return tensors


def save_remote(name, folder, rng):
    """A checkpoint of a family that has no class in transformers."""
    remote = family_cases.REMOTE[name]
    model = transformers.LlamaForCausalLM(transformers.LlamaConfig(**remote.llama_config))
    fill(model, rng)
    model.to(torch.bfloat16)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    named = {key: value.detach().contiguous() for key, value in model.state_dict().items()}
    save_file(family_cases.from_llama(name, named, remote.stored_config), folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "config.json").write_text(json.dumps(remote.stored_config, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def stored_tensors(folder):
    """All tensors of the folder; with an index, each must be in the file that it names."""
    files = {file.name: load_file(file) for file in sorted(folder.glob("*.safetensors"))}
    index = folder / "model.safetensors.index.json"
    if index.exists():
        where = json.loads(index.read_text())["weight_map"]
        assert where == {name: file for file, tensors in files.items() for name in tensors}
        assert len(files) > 1
    else:
        assert list(files) == ["model.safetensors"]
    return {name: tensor for tensors in files.values() for name, tensor in tensors.items()}


def load(folder, dtype=torch.float32, **changes):
    """The model from disk; `changes` go over its config, for mistakes made on purpose."""
    if folder.name in family_cases.REMOTE:
        return family_cases.RemoteModel(family_cases.REMOTE[folder.name], stored_tensors(folder), dtype)
    config = AutoConfig.from_pretrained(folder)
    for key, value in changes.items():
        setattr(config, key, value)
    model = AutoModelForCausalLM.from_pretrained(folder, config=config, dtype=dtype, attn_implementation=attention(config), **experts(config))
    return model.eval()


def attention(config):
    """Eager attention of Falcon adds linear biases twice in transformers 5.24; lm-eval runs the default."""
    return "sdpa" if getattr(config, "alibi", False) else "eager"


def experts(config):
    """Grouped matrix products have no float64."""
    return {"experts_implementation": "eager"} if hasattr(config, "num_experts_per_tok") else {}


def check_reload(folder, tensors, model):
    stored = stored_tensors(folder)
    assert stored.keys() == tensors.keys(), stored.keys() ^ tensors.keys()
    for name, tensor in tensors.items():
        assert stored[name].dtype == tensor.dtype and torch.equal(stored[name], tensor), name
    for name, parameter in model.named_parameters():
        assert name not in tensors or torch.equal(parameter, tensors[name].float()), name
    if model.config.tie_word_embeddings:
        assert model.get_output_embeddings().weight is model.get_input_embeddings().weight


# ---- scores ----


def log_softmax(logits):
    """Over the last axis, in float64."""
    wide = logits.astype(np.float64)
    wide = wide - wide.max(axis=-1, keepdims=True)
    return wide - np.log(np.exp(wide).sum(axis=-1, keepdims=True))


def logits_of(model, tokens):
    with torch.no_grad():
        return model(torch.tensor([tokens]), use_cache=False).logits[0].double().numpy()


def score(model, context, continuation):
    """Log-probabilities of the continuation's tokens, and their least lead over the best other token: above 0 if greedy."""
    inputs = (context + continuation)[:-1]
    rows = log_softmax(logits_of(model, inputs))[-len(continuation) :]
    picked = [float(row[token]) for row, token in zip(rows, continuation)]
    lead = min(value - np.delete(row, token).max() for value, row, token in zip(picked, rows, continuation))
    return picked, float(lead)


def greedy_continuation(model, context, count):
    tokens = list(context)
    for _ in range(count):
        tokens.append(int(logits_of(model, tokens)[-1].argmax()))
    return tokens[len(context) :]


def make_requests(model, rng):
    """About 25 pairs of context and continuation that fit in 128 tokens, in the shapes of real tasks."""
    vocabulary = model.config.vocab_size
    draw = lambda count: [int(token) for token in rng.integers(3, vocabulary, count)]
    pairs = []
    # Multiple choice: choices that begin alike, one of them the greedy one.
    for length in (1, 7, 23):
        context = draw(length)
        best = greedy_continuation(model, context, 4)
        pairs += [(context, best), (context, best[:2] + draw(2)), (context, best[:2] + draw(5)), (context, draw(3))]
    # One token each, among them the greedy one.
    context = draw(15)
    pairs += [(context, choice) for choice in (greedy_continuation(model, context, 1), draw(1), draw(1), draw(1))]
    # The shots of a few-shot prompt are shared, the questions are not.
    shots = draw(60)
    for length in (3, 11, 19):
        context = shots + draw(length)
        pairs += [(context, greedy_continuation(model, context, 2)), (context, draw(2))]
    # Single ones, up to long.
    for length, count in ((2, 9), (40, 6), (99, 4)):
        pairs.append((draw(length), draw(count)))
    context = draw(120)
    pairs += [(context, greedy_continuation(model, context, 3)), (context, draw(3))]
    assert all(len(context) + len(continuation) <= 128 for context, continuation in pairs)
    return pairs


def rolling_windows(tokens, prefix_token, max_length, context_length):
    """lm-eval's get_rolling_token_windows and make_disjoint_window: pairs of context and tokens to score."""
    predict = max_length - context_length + 1
    first = min(max_length, len(tokens))
    yield [prefix_token], tokens[:first]
    done = first
    while done < len(tokens):
        count = min(len(tokens) - done, predict)
        end = done + count
        window = tokens[end - max_length - 1 : end - 1]
        yield window[: len(window) - (count - 1)], tokens[done:end]
        done = end


def score_all(model, pairs, rolling):
    """One flat list: each request's tokens, then each rolling window's."""
    flat = [value for pair in pairs for value in score(model, *pair)[0]]
    return np.array(flat + [value for window in rolling for value in score(model, *window)[0]])


# ---- mistakes on purpose ----


def over_parameters(pattern, value):
    def change(model):
        hits = [parameter for name, parameter in model.named_parameters() if pattern(name)]
        assert hits
        for parameter in hits:
            parameter.data.copy_(value(parameter))

    return change


def plain_rope(config):
    return {"rope_parameters": {"rope_type": "default", "rope_theta": config.rope_parameters["rope_theta"]}}


def other_theta(config):
    return {"rope_parameters": {**config.rope_parameters, "rope_theta": config.rope_parameters["rope_theta"] * 2}}


def swap_groups(model):
    """Key/value head by `head % groups` rather than `head // group`."""
    config = model.config
    heads = config.num_attention_heads
    per_group = heads // config.num_key_value_heads
    order = [(head % config.num_key_value_heads) * per_group + head // config.num_key_value_heads for head in range(heads)]
    for layer in model.model.layers:
        attention = layer.self_attn
        for matrix, axis in ((attention.q_proj.weight, 0), (attention.o_proj.weight, 1)):
            width = matrix.shape[axis] // heads
            rows = torch.cat([torch.arange(head * width, (head + 1) * width) for head in order])
            matrix.data.copy_(matrix.data.index_select(axis, rows))


BIAS = {
    "qkv_bias": lambda name: name.endswith(("q_proj.bias", "k_proj.bias", "v_proj.bias")),
    "o_bias": lambda name: name.endswith("o_proj.bias"),
    "mlp_bias": lambda name: "mlp" in name and name.endswith(".bias"),
}

# label: (config changes from the config, change of the loaded model)
MISTAKES = {
    "theta": (other_theta, None),
    "scaling": (plain_rope, None),
    "temperature": (lambda config: {"rope_parameters": {**config.rope_parameters, "attention_factor": 1.0}}, None),
    "epsilon": (lambda config: {"rms_norm_eps": 1e-6}, None),
    "window": (lambda config: {"sliding_window": 100_000}, None),
    "window_by_one": (lambda config: {"sliding_window": config.sliding_window + 1}, None),
    "window_everywhere": (lambda config: {"layer_types": ["sliding_attention"] * config.num_hidden_layers}, None),
    "norms": (None, over_parameters(lambda name: "layernorm" in name or name == "model.norm.weight", torch.ones_like)),
    "head_norms": (None, over_parameters(lambda name: "q_norm" in name or "k_norm" in name, torch.ones_like)),
    "groups": (None, swap_groups),
    "head": (None, lambda model: model.lm_head.weight.data.copy_(model.model.embed_tokens.weight.data)),
    **{label: (None, over_parameters(pattern, torch.zeros_like)) for label, pattern in BIAS.items()},
}


def own_mistakes(case):
    """Of family_cases.py."""
    for label, mistake in case.get("own_mistakes", {}).items():
        if isinstance(mistake, dict):
            yield label, (lambda _, changes=mistake: changes), None
        else:
            pattern, value = mistake
            yield label, None, over_parameters(lambda name, pattern=pattern: re.search(pattern, name), lambda parameter, value=value: torch.full_like(parameter, value))


def check_mistakes(case, folder, config, pairs, rolling, right):
    moves = []
    for label, configure, spoil in own_mistakes(case):
        model = load(folder, **(configure(config) if configure else {}))
        if spoil:
            spoil(model)
        move = np.abs(score_all(model, pairs, rolling) - right)
        assert move.max() >= LEAST_MOVE, (label, move.max())
        moves.append(f"{label} {move.max():.2f}/{np.median(move):.2g}")
    for label in case["mistakes"]:
        configure, spoil = MISTAKES[label]
        model = load(folder, **(configure(config) if configure else {}))
        if spoil:
            spoil(model)
        move = np.abs(score_all(model, pairs, rolling) - right)
        assert move.max() >= LEAST_MOVE, (label, move.max())
        moves.append(f"{label} {move.max():.2f}/{np.median(move):.2g}")
    return moves


# ---- golden.json ----


def rounded(value):
    return round(value, 9)


def write_golden(file, golden):
    """Compact, with one request a line."""
    dumps = lambda value: json.dumps(value, separators=(",", ":"))
    lines = [f'"made_by":{dumps(golden["made_by"])},', f'"seed":{golden["seed"]},', '"requests":[']
    lines.append(",\n".join(dumps(request) for request in golden["requests"]))
    lines += ["],", f'"rolling":{dumps(golden["rolling"])}']
    file.write_text("{" + "\n".join(lines) + "}\n", encoding="utf-8")
    assert json.loads(file.read_text()) == golden


def make(name, case, folder):
    seed = SEED + zlib.crc32(name.encode()) % 1_000_000
    rng = np.random.default_rng(seed)
    if name in family_cases.REMOTE:
        save_remote(name, folder, rng)
    else:
        tensors = save(case, folder, rng)
        check_reload(folder, tensors, load(folder))
    model = load(folder, torch.float64)

    pairs = make_requests(model, rng)
    text = [int(token) for token in rng.integers(3, model.config.vocab_size, ROLLING_TOKENS)]
    rolling = list(rolling_windows(text, PREFIX_TOKEN, ROLLING_LENGTH, 1))
    assert [token for _, scored in rolling for token in scored] == text
    requests = []
    for context, continuation in pairs:
        picked, lead = score(model, context, continuation)
        assert abs(lead) >= LEAST_MARGIN, lead
        requests.append(
            {
                "context": context,
                "continuation": continuation,
                "log_prob": rounded(sum(picked)),
                "token_log_probs": [rounded(value) for value in picked],
                "is_greedy": lead > 0,
            }
        )
    sums = [sum(score(model, *window)[0]) for window in rolling]
    golden = {
        "made_by": {
            "transformers": transformers.__version__,
            "torch": torch.__version__,
            "python": platform.python_version(),
        },
        "seed": seed,
        "requests": requests,
        "rolling": {
            "tokens": text,
            "prefix_token": PREFIX_TOKEN,
            "max_length": ROLLING_LENGTH,
            "log_prob": rounded(sum(sums)),
            "window_lengths": [len(scored) for _, scored in rolling],
            "window_log_probs": [rounded(value) for value in sums],
        },
    }
    write_golden(folder / "golden.json", golden)

    right = score_all(model, pairs, rolling)
    rounding = np.abs(score_all(load(folder), pairs, rolling) - right).max()
    assert rounding <= MOST_ROUNDING, rounding
    moves = check_mistakes(case, folder, model.config, pairs, rolling, right)
    size = sum(file.stat().st_size for file in folder.iterdir())
    greedy = sum(request["is_greedy"] for request in requests)
    print(
        f"{name}: {size} bytes, {len(requests)} requests, {greedy} greedy, "
        f"log-probs {right.max():.2f} to {right.min():.2f}, float32 is off by {rounding:.1e}"
    )
    print(f"    mistakes, most/median move: {', '.join(moves)}")
    return size


def main():
    parser = argparse.ArgumentParser(description="Makes test/checkpoints.")
    parser.add_argument("only", nargs="*", help="make only cases whose name contains one of the words")
    default = Path(__file__).resolve().parent.parent / "test" / "checkpoints"
    parser.add_argument("--out", type=Path, default=default, help="folder to write to")
    arguments = parser.parse_args()
    print(
        f"python {platform.python_version()}, torch {torch.__version__}, transformers {transformers.__version__}, "
        f"numpy {np.__version__}, safetensors {safetensors.__version__}"
    )
    transformers.utils.logging.disable_progress_bar()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    names = [name for name in CASES if not arguments.only or any(part in name for part in arguments.only)]
    if not names:
        sys.exit(f"no such case; there are: {', '.join(CASES)}")
    total = sum(make(name, CASES[name], arguments.out / name) for name in names)
    print(f"{len(names)} cases, {total} bytes")


if __name__ == "__main__":
    main()
