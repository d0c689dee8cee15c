#!/usr/bin/env python3
"""Makes test/model/families/declared: checkpoints of families that are not in src/, which a test declares.

    python3 -m venv .venv
    .venv/bin/pip install torch==2.13.0 transformers==5.24.0 numpy safetensors
    .venv/bin/python scripts/make-declared-goldens.py

bloom   BLOOM: a norm of the embeddings, linear biases, projections fused by head
sinks   Llama with the attention sinks of gpt-oss (its eager attention), relu² and two key/value heads
"""

import importlib.util
import json
import platform
import shutil
from pathlib import Path

import numpy as np
import torch
import transformers
from safetensors.torch import save_file
from transformers import BloomConfig, BloomForCausalLM, LlamaConfig, LlamaForCausalLM
from transformers.models.gpt_oss import modeling_gpt_oss
from transformers.models.llama import modeling_llama

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "test" / "model" / "families" / "declared"
SEED = 20261128

spec = importlib.util.spec_from_file_location("goldens", HERE / "make-family-goldens.py")
goldens = importlib.util.module_from_spec(spec)
spec.loader.exec_module(goldens)


def bloom():
    config = BloomConfig(vocab_size=128, hidden_size=48, n_layer=2, n_head=6, layer_norm_epsilon=1e-5, bos_token_id=1, eos_token_id=2, pad_token_id=0, attn_implementation="eager")
    return BloomForCausalLM(config)


def sinks():
    config = LlamaConfig(
        vocab_size=128,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=128,
        hidden_act="relu2",
        rms_norm_eps=1e-5,
        attn_implementation="eager",
    )
    modeling_llama.eager_attention_forward = modeling_gpt_oss.eager_attention_forward
    model = LlamaForCausalLM(config)
    for layer in model.model.layers:
        layer.self_attn.sinks = torch.nn.Parameter(torch.zeros(config.num_attention_heads))
    return model


def spoiled(name, model):
    """What the family has beyond others, taken away."""
    if name == "bloom":
        model.transformer.word_embeddings_layernorm.weight.data.fill_(1)
    else:
        for layer in model.model.layers:
            layer.self_attn.sinks.data.fill_(-50)
    return model


def make(name, build, fields):
    rng = np.random.default_rng(SEED)
    model = build()
    goldens.fill(model, rng)
    if name == "sinks":
        for layer in model.model.layers:
            layer.self_attn.sinks.data.copy_(torch.from_numpy(rng.standard_normal(4)) + 1)
    for parameter in model.parameters():
        parameter.data = parameter.data.half().float()
    folder = OUT / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    tensors = {key: value.half().contiguous() for key, value in model.state_dict().items()}
    if model.config.tie_word_embeddings:
        del tensors["lm_head.weight"]
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    config = {key: value for key, value in {**model.config.to_dict(), **fields}.items() if value is not None}
    (folder / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    (folder / "model.safetensors").chmod(0o644)
    wide = model.double().eval()
    pairs = goldens.make_requests(wide, rng)
    scores = [goldens.score(wide, *pair) for pair in pairs]
    requests = [
        {"context": context, "continuation": continuation, "log_prob": goldens.rounded(sum(picked)), "is_greedy": lead > 0}
        for (context, continuation), (picked, lead) in zip(pairs, scores)
    ]
    made_by = {"transformers": transformers.__version__, "torch": torch.__version__, "python": platform.python_version()}
    golden = {"made_by": made_by, "requests": requests}
    (folder / "golden.json").write_text(json.dumps(golden, separators=(",", ":")).replace('{"context"', '\n{"context"') + "\n", encoding="utf-8")
    moved = max(abs(sum(goldens.score(spoiled(name, wide), *pair)[0]) - sum(picked)) for pair, (picked, _) in zip(pairs, scores))
    assert moved > 0.02, (name, moved)
    print(name, sum(file.stat().st_size for file in folder.iterdir()), "bytes; without it a request moves by", round(moved, 3))


def main():
    torch.set_num_threads(1)
    make("bloom", bloom, {"architectures": ["BloomForCausalLM"]})
    make("sinks", sinks, {"architectures": ["SinksForCausalLM"], "model_type": "llama_with_sinks"})


if __name__ == "__main__":
    main()
