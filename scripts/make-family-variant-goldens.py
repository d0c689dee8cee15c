#!/usr/bin/env python3
"""Makes test/model/families/variants: what quantization, LoRA and LaCo make of one checkpoint of each family.

Each folder has the name of a checkpoint in test/checkpoints and holds a LoRA adapter as
PEFT saves it, and golden.json with the first log-probabilities of that checkpoint's requests,
which transformers computes in float64:

nf4         with every matrix of a layer rounded to NF4 in blocks of 32, but not routers; also
            those between embeddings and hidden states of other widths
lora        with the adapter, unmerged in PEFT
merged      with all layers merged into the first one by the rule telescope: projections of the
            last layer, everything else of the first
mean        the same with the mean of the projections of the first and the last layer, rounded to
            the type of the checkpoint; the three rules over the layers first, last, first give
            mean (mean), merged (paper) and first (telescope)
first       with the first layer alone
similarity  the cosine between the last hidden states of the model and of the merged one

    python3 -m venv .venv
    .venv/bin/pip install torch==2.13.0 transformers==5.24.0 peft==0.21.2 numpy safetensors
    .venv/bin/python scripts/make-family-variant-goldens.py        # all
    .venv/bin/python scripts/make-family-variant-goldens.py gpt2   # those whose name contains one of the words
"""

import importlib.util
import json
import re
import shutil
import sys
import zlib
from pathlib import Path

import numpy as np
import peft
import torch
import transformers
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file
from transformers.pytorch_utils import Conv1D

HERE = Path(__file__).resolve().parent
CHECKPOINTS = HERE.parent / "test" / "checkpoints"
OUT = HERE.parent / "test" / "model" / "families" / "variants"
SEED = 20260801
REQUESTS = 12
RANK, ALPHA = 2, 5
# Checkpoints beside the first of each family: embeddings narrower than hidden states, and norms after the residual.
ALSO = {"opt-350m"}
BLOCK = 32

sys.path.insert(0, str(HERE))
spec = importlib.util.spec_from_file_location("goldens", HERE / "make-family-goldens.py")
goldens = importlib.util.module_from_spec(spec)
spec.loader.exec_module(goldens)
family_cases = goldens.family_cases

# bitsandbytes' codebook (arXiv 2305.14314, appendix E).
NF4 = np.array(
    [-1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334, -0.09105003625154495, 0.0]
    + [0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0],
    dtype=np.float32,
)


def through_nf4(matrix):
    """[out, in] rounded to NF4: blocks run through the matrix row by row. The same as bitsandbytes' CPU kernel, which test/model/runnable compares byte by byte."""
    values = matrix.float().contiguous().numpy().reshape(-1)
    result = np.empty_like(values)
    middles = ((NF4[1:] + NF4[:-1]) / np.float32(2)).astype(np.float32)
    for start in range(0, len(values), BLOCK):
        block = values[start : start + BLOCK]
        largest = np.abs(block).max()
        scaled = block * np.float32(np.float32(1) / max(largest, np.float32(1e-38)))
        result[start : start + BLOCK] = NF4[np.searchsorted(middles, scaled)] * largest
    return torch.from_numpy(result.reshape(matrix.shape)).to(matrix.dtype)


def layers_of(model):
    count = model.config.num_hidden_layers
    return next(module for name, module in model.named_modules() if isinstance(module, torch.nn.ModuleList) and len(module) == count)


def is_router(name):
    return re.search(r"(mlp|block_sparse_moe)\.gate\.|shared_expert_gate", name) is not None


def matrices(layer):
    """Name, tensor, and whether it is stored as [in, out], of all that multiplies hidden states."""
    for module_name, module in layer.named_modules():
        if isinstance(module, (torch.nn.Linear, Conv1D)):
            yield module_name + ".weight", module.weight, isinstance(module, Conv1D)
    for name, parameter in layer.named_parameters():
        if ".experts." in name or name.endswith(".gate.weight"):
            yield name, parameter, False


def quantize(model):
    for layer in layers_of(model):
        for name, parameter, is_transposed in matrices(layer):
            if is_router(name):
                continue
            experts = parameter.data if parameter.ndim == 3 else parameter.data[None]
            for expert in experts:
                if parameter.ndim == 3 and "gate_up" in name:
                    # On disk gate and up are two matrices.
                    for half in expert.chunk(2):
                        half.copy_(through_nf4(half))
                else:
                    expert.copy_(through_nf4(expert.T).T if is_transposed else through_nf4(expert))


    # Linear modules between embeddings and hidden states, which bitsandbytes rounds too.
    for name, module in model.named_modules():
        if name.endswith(("project_in", "project_out")):
            module.weight.data.copy_(through_nf4(module.weight.data))


def projection_names(layer):
    for name, _, _ in matrices(layer):
        yield name
        yield name.removesuffix("weight") + "bias"


def mean(first, last, dtype):
    return ((first + last) / 2).to(dtype).double()


def merge(model, combine):
    """All layers into the first: `combine` makes its projections of its own and the last one's."""
    layers = layers_of(model)
    first, last = layers[0], dict(layers[-1].named_parameters())
    named = dict(first.named_parameters())
    for name in projection_names(first):
        if name in named:
            named[name].data.copy_(combine(named[name].data, last[name].data))
    del layers[1:]
    for key, value in vars(model.config).items():
        if isinstance(value, list) and len(value) == model.config.num_hidden_layers and "layer" in key:
            setattr(model.config, key, value[:1])
    model.config.num_hidden_layers = 1


class Plain:
    """A family with a class in transformers."""

    def __init__(self, name):
        self.folder = CHECKPOINTS / name

    def load(self):
        return goldens.load(self.folder, torch.float64)

    def hidden(self, model, tokens):
        with torch.no_grad():
            return model.base_model(torch.tensor([tokens]), use_cache=False).last_hidden_state[0].numpy()

    def quantized(self):
        model = self.load()
        quantize(model)
        return model

    def merged(self, combine):
        model = self.load()
        merge(model, combine)
        return model

    def adapted(self, folder, rng):
        base = self.load()
        # PEFT adapts experts as whole parameters, which evalharness refuses.
        has_experts = hasattr(base.config, "num_experts_per_tok")
        targets = ["q_proj", "k_proj", "v_proj", "o_proj"] if has_experts else "all-linear"
        model = get_peft_model(base, LoraConfig(r=RANK, lora_alpha=ALPHA, target_modules=targets))
        with torch.no_grad():
            for key, parameter in sorted(model.named_parameters()):
                if "lora_" in key:
                    parameter.copy_(0.2 * torch.from_numpy(rng.standard_normal(tuple(parameter.shape)).astype(np.float32)))
        model.float()
        model.save_pretrained(folder)
        (folder / "README.md").unlink(missing_ok=True)
        return PeftModel.from_pretrained(self.load(), folder, autocast_adapter_dtype=False).double().eval()


class Remote:
    """A family without one: its tensors are changed under their own names, and Llama's class computes them."""

    def __init__(self, name):
        self.folder = CHECKPOINTS / name
        self.remote = family_cases.REMOTE[name]
        self.tensors = {key: value.double() for key, value in load_file(self.folder / "model.safetensors").items()}

    def load(self, tensors=None, **changes):
        remote = family_cases.Remote({**self.remote.stored_config, **changes}, {**self.remote.llama_config, **changes}, self.remote.to_llama, self.remote.alibi, self.remote.normalized_head)
        return family_cases.RemoteModel(remote, tensors or self.tensors, torch.float64)

    def hidden(self, model, tokens):
        with torch.no_grad():
            return model(torch.tensor([tokens]), output_hidden_states=True).hidden_states[-1][0].numpy()

    def is_matrix(self, name):
        return ".layers." in name and self.tensors[name].ndim == 2

    def quantized(self):
        return self.load({name: through_nf4(value) if self.is_matrix(name) else value for name, value in self.tensors.items()})

    def merged(self, combine):
        last = self.remote.stored_config["num_hidden_layers"] - 1
        kept = {name: value for name, value in self.tensors.items() if ".layers." not in name or ".layers.0." in name}
        for name in kept:
            if ".layers.0." in name and "norm" not in name:
                kept[name] = combine(self.tensors[name], self.tensors[name.replace(".layers.0.", f".layers.{last}.")])
        return self.load(kept, num_hidden_layers=1)

    def adapted(self, folder, rng):
        draw = lambda *shape: 0.2 * torch.from_numpy(rng.standard_normal(shape).astype(np.float32))
        adapter, changed = {}, dict(self.tensors)
        for name in sorted(filter(self.is_matrix, self.tensors)):
            rows, columns = self.tensors[name].shape
            down, up = draw(RANK, columns), draw(rows, RANK)
            module = name.removesuffix(".weight")
            adapter |= {f"base_model.model.{module}.lora_A.weight": down, f"base_model.model.{module}.lora_B.weight": up}
            changed[name] = self.tensors[name] + ALPHA / RANK * up.double() @ down.double()
        folder.mkdir(parents=True)
        save_file(adapter, folder / "adapter_model.safetensors", metadata={"format": "pt"})
        config = {"peft_type": "LORA", "r": RANK, "lora_alpha": ALPHA, "target_modules": "all-linear", "task_type": "CAUSAL_LM"}
        (folder / "adapter_config.json").write_text(json.dumps(config, indent=2) + "\n")
        return self.load(changed)


def similarity(family, model, merged, tokens):
    a, b = (family.hidden(each, tokens).reshape(-1) for each in (model, merged))
    return float(a @ b / np.sqrt((a @ a) * (b @ b)))


def make(name):
    family = Remote(name) if name in family_cases.REMOTE else Plain(name)
    folder = OUT / name
    shutil.rmtree(folder, ignore_errors=True)
    requests = json.loads((CHECKPOINTS / name / "golden.json").read_text())["requests"][:REQUESTS]
    scores = lambda model: [goldens.rounded(sum(goldens.score(model, request["context"], request["continuation"])[0])) for request in requests]
    rng = np.random.default_rng(SEED + zlib.crc32(name.encode()) % 1_000_000)
    torch.manual_seed(SEED)
    golden = {"lora": scores(family.adapted(folder, rng)), "nf4": scores(family.quantized())}
    config_file = folder / "adapter_config.json"
    config = json.loads(config_file.read_text())
    config["base_model_name_or_path"] = f"test/checkpoints/{name}"
    if isinstance(config.get("target_modules"), list):
        config["target_modules"] = sorted(config["target_modules"])
    config_file.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    stored = load_file(next((CHECKPOINTS / name).glob("*.safetensors")))
    # Buffers may have another type.
    dtype = next(value.dtype for key, value in stored.items() if key.endswith(".weight"))
    merged = family.merged(lambda first, last: last)
    golden["merged"] = scores(merged)
    golden["mean"] = scores(family.merged(lambda first, last: mean(first, last, dtype)))
    golden["first"] = scores(family.merged(lambda first, last: first))
    tokens = requests[6]["context"]
    golden["similarity"] = goldens.rounded(similarity(family, family.load(), merged, tokens))
    plain = scores(family.load())
    assert np.abs(np.array(golden["mean"]) - golden["merged"]).max() > 0.02 and np.abs(np.array(golden["first"]) - golden["merged"]).max() > 0.02, name
    for key in ("lora", "nf4", "merged", "mean", "first"):
        assert np.abs(np.array(golden[key]) - plain).max() > 0.02, (name, key)
    versions = {"peft": peft.__version__, "transformers": transformers.__version__, "torch": torch.__version__}
    (folder / "golden.json").write_text(json.dumps({"made_by": versions, **golden}, indent=1) + "\n", encoding="utf-8")
    for file in folder.iterdir():
        file.chmod(0o644)
    print(name, sum(file.stat().st_size for file in folder.iterdir()), "bytes, similarity", golden["similarity"], flush=True)


def main():
    transformers.utils.logging.disable_progress_bar()
    torch.set_num_threads(1)
    seen = set()
    for folder in sorted(CHECKPOINTS.iterdir()):
        kind = json.loads((folder / "config.json").read_text())["model_type"]
        if (kind not in seen or folder.name in ALSO) and (len(sys.argv) == 1 or any(word in folder.name for word in sys.argv[1:])):
            make(folder.name)
        seen.add(kind)


if __name__ == "__main__":
    main()
