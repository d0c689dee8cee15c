#!/usr/bin/env python3
"""Makes test/model/runnable/goldens/adapters: LoRA adapters for checkpoints of test/checkpoints.

Each is a folder as PEFT saves it (adapter_config.json, adapter_model.safetensors)
with golden.json: the log-probabilities of the fixture's own requests that
peft, unmerged, gives in float64.

    python3 -m venv .venv
    .venv/bin/pip install torch==2.13.0 transformers==5.23.0 peft==0.21.2 numpy safetensors
    .venv/bin/python scripts/make-adapter-goldens.py

A case is written only if its log-probabilities change without the setting that it is for.
"""

import argparse
import importlib.util
import json
import shutil
import zlib
from pathlib import Path

import numpy as np
import peft
import torch
import transformers
from peft import LoraConfig, PeftModel, get_peft_model

HERE = Path(__file__).resolve().parent
FIXTURES = HERE.parent / "test" / "checkpoints"
SEED = 20260401
# What a setting must move of the most-moved log-probability.
LEAST_MOVE = 0.02

spec = importlib.util.spec_from_file_location("families", HERE / "make-family-goldens.py")
families = importlib.util.module_from_spec(spec)
spec.loader.exec_module(families)

ATTENTION = ["q_proj", "k_proj", "v_proj", "o_proj"]
ALL = [*ATTENTION, "gate_proj", "up_proj", "down_proj"]

# name: fixture, LoraConfig, and what of adapter_config.json is changed to see that it matters
CASES = {
    "plain": ("qwen3", {"r": 4, "lora_alpha": 8, "target_modules": ALL}, {"lora_alpha": 4}),
    "rslora": ("llama3", {"r": 9, "lora_alpha": 6, "target_modules": ALL, "use_rslora": True}, {"use_rslora": False}),
    "patterns": (
        "qwen3-untied",
        {
            "r": 4,
            "lora_alpha": 8,
            "target_modules": ALL,
            "rank_pattern": {"q_proj": 2, "layers.1.mlp.down_proj": 6},
            "alpha_pattern": {"layers.0.self_attn.v_proj": 24, r".*\.mlp\.(gate|up)_proj": 2},
        },
        {"alpha_pattern": {}},
    ),
    "biases": ("qwen2", {"r": 4, "lora_alpha": 8, "target_modules": ["q_proj", "v_proj"], "bias": "lora_only"}, None),
    "saved-head": ("smollm2", {"r": 4, "lora_alpha": 8, "target_modules": ATTENTION, "modules_to_save": ["lm_head", "norm"]}, None),
    "saved-embeddings": ("qwen3", {"r": 4, "lora_alpha": 8, "target_modules": ["down_proj"], "modules_to_save": ["embed_tokens", "q_norm"]}, None),
    "embeddings-and-head": ("llama2", {"r": 3, "lora_alpha": 5, "target_modules": ["embed_tokens", "lm_head", "o_proj"]}, {"lora_alpha": 2}),
    "tied-embeddings-and-head": ("qwen3", {"r": 3, "lora_alpha": 5, "target_modules": ["embed_tokens", "lm_head"]}, {"lora_alpha": 2}),
}


def scores_of(model, requests):
    return np.array([sum(families.score(model, request["context"], request["continuation"])[0]) for request in requests])


def make(name, fixture, settings, change, folder):
    rng = np.random.default_rng(SEED + zlib.crc32(name.encode()) % 1_000_000)
    base = lambda: families.load(FIXTURES / fixture, torch.float64)
    requests = json.loads((FIXTURES / fixture / "golden.json").read_text())["requests"]
    plain = scores_of(base(), requests)
    torch.manual_seed(SEED)
    model = get_peft_model(base(), LoraConfig(**settings))
    trained = 0
    with torch.no_grad():
        for key, parameter in sorted(model.named_parameters()):
            if not parameter.requires_grad:
                continue
            noise = torch.from_numpy(rng.standard_normal(tuple(parameter.shape)).astype(np.float32))
            if "lora_" in key:
                parameter.copy_(0.3 * noise)
            else:
                parameter.add_(0.2 * noise)
            trained += 1
    shutil.rmtree(folder, ignore_errors=True)
    model.float()
    model.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)
    config_file = folder / "adapter_config.json"
    config = json.loads(config_file.read_text())
    config["base_model_name_or_path"] = f"test/checkpoints/{fixture}"
    config_file.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")

    def reload():
        # Autocasting would keep the adapter in float32.
        return PeftModel.from_pretrained(base(), folder, autocast_adapter_dtype=False).double().eval()

    right = scores_of(reload(), requests)
    assert np.abs(right - plain).max() > LEAST_MOVE
    if change is not None:
        config_file.write_text(json.dumps({**config, **change}))
        moved = np.abs(scores_of(reload(), requests) - right).max()
        config_file.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        assert moved > LEAST_MOVE, (name, moved)
    for file in folder.iterdir():
        file.chmod(0o644)
    versions = {"peft": peft.__version__, "transformers": transformers.__version__, "torch": torch.__version__}
    golden = {"made_by": versions, "fixture": fixture, "log_probs": [families.rounded(value) for value in right]}
    (folder / "golden.json").write_text(json.dumps(golden, indent=1) + "\n", encoding="utf-8")
    print(name, sum(file.stat().st_size for file in folder.iterdir()), "bytes,", trained, "tensors, moved", round(float(np.abs(right - plain).max()), 2))


def main():
    parser = argparse.ArgumentParser(description="Makes test/model/runnable/goldens/adapters.")
    parser.add_argument("--out", type=Path, default=HERE.parent / "test" / "model" / "runnable" / "goldens" / "adapters", help="folder to write to")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    for name, (fixture, settings, change) in CASES.items():
        make(name, fixture, settings, change, arguments.out / name)


if __name__ == "__main__":
    main()
