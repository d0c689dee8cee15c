#!/usr/bin/env python3
"""Makes test/model/runnable/goldens: quantized values by other tools, and small quantized checkpoints.

nf4.json        packed bytes and scales of bitsandbytes' CPU kernels
integers.json   the same of onnxruntime's own quantizer (symmetric)
at-load.json    log-probabilities that transformers computes in float64 from checkpoints
                of test/checkpoints whose projections those two have quantized
checkpoints/    folders as those tools leave them, packed by bitsandbytes (NF4),
                auto-gptq (GPTQ) and autoawq (AWQ), with golden.json: the
                log-probabilities that transformers computes in float64 from
                the weights as the same tool unpacks them, scales in float32.

    python3 -m venv .venv
    .venv/bin/pip install torch==2.13.0 transformers==5.23.0 numpy safetensors bitsandbytes==0.50.2 onnxruntime==1.32.0
    .venv/bin/pip download --no-deps auto-gptq==0.7.1 autoawq==0.2.9     # only single files of them are used
    unzip auto_gptq-*.whl -d auto-gptq; tar xzf autoawq-*.tar.gz
    .venv/bin/python scripts/make-quantization-goldens.py --auto-gptq auto-gptq --autoawq autoawq-0.2.9
"""

import argparse
import base64
import importlib.util
import json
import platform
import shutil
import zlib
from pathlib import Path

import bitsandbytes
import bitsandbytes.functional as bnb
import numpy as np
import onnxruntime
import torch
import transformers
from onnxruntime.capi._pybind_state import quantize_matmul_4bits, quantize_matmul_8bits
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM

HERE = Path(__file__).resolve().parent
SEED = 20260301


def module_of(file, name):
    """A single Python file as a module: its package may need what is not there."""
    spec = importlib.util.spec_from_file_location(name, file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


families = module_of(HERE / "make-family-goldens.py", "families")


def text(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


# ---- single blocks ----


def nf4_values(rng):
    """Ordinary weights, a block of zeros, tiny ones, and every value of the codebook and half way between two."""
    code = bnb.get_4bit_type("nf4", device="cpu").numpy()
    special = np.concatenate([code, (code[:-1] + code[1:]) / 2, np.nextafter((code[:-1] + code[1:]) / 2, 2, dtype=np.float32)])
    special = np.resize(special.astype(np.float32), 64)
    ordinary = (rng.standard_normal(4096 - 4 * 64) * 0.05).astype(np.float32)
    tiny = (rng.standard_normal(64) * 1e-39).astype(np.float32)
    return np.concatenate([ordinary, np.zeros(64, np.float32), special, special * np.float32(-0.37), tiny])


def make_nf4(rng):
    values = nf4_values(rng)
    cases = []
    for block in (32, 64, 128, 256):
        packed, state = bnb.quantize_4bit(torch.from_numpy(values), blocksize=block, quant_type="nf4")
        cases.append({"block": block, "codes": text(packed.numpy()), "absmax": text(state.absmax.numpy())})
    return {"made_by": {"bitsandbytes": bitsandbytes.__version__}, "values": text(values), "cases": cases}


def make_integers(rng):
    rows, columns = 7, 200
    weights = (rng.standard_normal((rows, columns)) * 0.05).astype(np.float32)
    weights[1, :64] = 0
    weights[2] = np.resize(np.arange(-16, 17) / 2, columns)
    weights[3] = np.resize([-1, 1, 0.5, -0.5, 1 / 16, 3 / 16, -5 / 16], columns)
    cases = []
    for bits, quantize in ((4, quantize_matmul_4bits), (8, quantize_matmul_8bits)):
        for block in (16, 32, 64, 128, 256):
            blocks = -(-columns // block)
            padded = np.pad(weights.T, ((0, blocks * block - columns), (0, 0)))
            codes = np.zeros((rows, blocks, block * bits // 8), np.uint8)
            scales = np.zeros((rows, blocks), np.float32)
            zero_points = np.zeros((rows, -(-blocks * bits // 8)), np.uint8)
            quantize(codes, np.ascontiguousarray(padded), scales, zero_points, block, rows, blocks * block, True)
            cases.append({"bits": bits, "block": block, "codes": text(codes), "scales": text(scales)})
    return {"made_by": {"onnxruntime": onnxruntime.__version__}, "rows": rows, "columns": columns, "values": text(weights), "cases": cases}


# ---- checkpoints that are quantized at load ----


def through_nf4(weight, block):
    codes, state = bnb.quantize_4bit(weight, blocksize=block, quant_type="nf4")
    # The table and scales themselves: the CPU kernel that unpacks wants rows of whole blocks.
    indices = torch.stack([codes.reshape(-1) >> 4, codes.reshape(-1) & 15], 1).reshape(-1).long()
    return (state.code[indices].reshape(-1, block) * state.absmax[:, None]).reshape(weight.shape)


def through_integers(weight, bits, block):
    rows, columns = weight.shape
    blocks = -(-columns // block)
    padded = np.ascontiguousarray(np.pad(weight.numpy().T, ((0, blocks * block - columns), (0, 0))))
    codes = np.zeros((rows, blocks, block * bits // 8), np.uint8)
    scales = np.zeros((rows, blocks), np.float32)
    zero_points = np.zeros((rows, -(-blocks * bits // 8)), np.uint8)
    {4: quantize_matmul_4bits, 8: quantize_matmul_8bits}[bits](codes, padded, scales, zero_points, block, rows, blocks * block, True)
    wide = codes if bits == 8 else np.stack([codes & 15, codes >> 4], -1)
    integers = wide.reshape(rows, blocks, block).astype(np.float32) - 2 ** (bits - 1)
    return torch.from_numpy((integers * scales[:, :, None]).reshape(rows, -1)[:, :columns].copy())


AT_LOAD = [
    ("qwen3", "nf4", 64),
    ("llama-bias", "nf4", 32),
    ("smollm2", "int4", 32),
    ("qwen2", "int4", 16),
    ("llama3", "int8", 128),
    ("qwen3-untied", "int8", 32),
]


def make_at_load():
    cases = []
    for family, scheme, block in AT_LOAD:
        folder = HERE.parent / "test" / "checkpoints" / family
        model = families.load(folder)
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                if parameter.ndim == 2 and name.startswith("model.layers."):
                    through = through_nf4(parameter, block) if scheme == "nf4" else through_integers(parameter.detach(), int(scheme[3:]), block)
                    parameter.copy_(through)
        # As transformers would have loaded it in float64: buffers are made anew in it.
        wide = families.load(folder, torch.float64)
        wide.load_state_dict({name: value.double() for name, value in model.state_dict().items()})
        requests = json.loads((folder / "golden.json").read_text())["requests"]
        scores = [sum(families.score(wide, request["context"], request["continuation"])[0]) for request in requests]
        cases.append({"family": family, "quantize": scheme, "block": block, "log_probs": [families.rounded(value) for value in scores]})
    versions = {"transformers": transformers.__version__, "bitsandbytes": bitsandbytes.__version__, "onnxruntime": onnxruntime.__version__}
    return {"made_by": versions, "cases": cases}


# ---- whole checkpoints ----


def pack_nf4(linear, case, tools, rng):
    # If rows are not a whole number of blocks, the CPU kernel of bitsandbytes 0.50.2 does not unpack what it packed.
    assert linear.in_features % 64 == 0
    codes, state = bnb.quantize_4bit(linear.weight.data, blocksize=64, compress_statistics=case.get("nested", False), quant_type="nf4")
    parts = {"weight": codes, **{f"weight.{key}": value for key, value in state.as_dict(packed=True).items()}}
    return parts, bnb.dequantize_4bit(codes, state)


def groups_of(case, columns, rng):
    size = columns if case["group"] == -1 else case["group"]
    groups = torch.arange(columns, dtype=torch.int32) // size
    if case.get("act_order"):
        groups = groups[torch.from_numpy(rng.permutation(columns))]
    return size, groups


def grid_of(weight, groups, symmetric):
    """Scales (float16 values) and zero points [rows, groups] that round-to-nearest of 4 bits takes."""
    scales, zeros = [], []
    for group in range(int(groups.max()) + 1):
        part = weight[:, groups == group]
        if symmetric:
            scale = part.abs().amax(1) / 7.5
            zero = torch.full_like(scale, 8)
        else:
            low, high = part.amin(1).clamp(max=0), part.amax(1).clamp(min=0)
            scale = (high - low) / 15
            # 0 has no place in GPTQ's first format, which stores one less.
            zero = torch.round(-low / scale).clamp(1, 15)
        scales.append(scale.half().float())
        zeros.append(zero)
    return torch.stack(scales, 1), torch.stack(zeros, 1)


def on_grid(weight, scales, zeros, groups):
    index = groups.long()
    codes = torch.round(weight / scales[:, index] + zeros[:, index]).clamp(0, 15)
    return (codes - zeros[:, index]) * scales[:, index]


def pack_gptq(linear, case, tools, rng):
    rows, columns = linear.weight.shape
    size, groups = groups_of(case, columns, rng)
    scales, zeros = grid_of(linear.weight.data, groups, case.get("symmetric", False))
    rounded = torch.nn.Linear(columns, rows, bias=False)
    rounded.weight.data = on_grid(linear.weight.data, scales, zeros, groups)
    packed = tools["gptq"].QuantLinear(4, size, columns, rows, False, weight_dtype=torch.float32)
    packed.pack(rounded, scales, zeros.clone(), groups)
    unpacked = packed(torch.eye(columns)).T.contiguous()
    assert torch.allclose(unpacked, rounded.weight.data, atol=1e-6)
    qzeros = packed.qzeros
    if case.get("format") == "gptq_v2":
        qzeros = (qzeros.numpy().view(np.uint32) + np.uint32(0x11111111)).view(np.int32)
        qzeros = torch.from_numpy(qzeros)
    return {"qweight": packed.qweight, "qzeros": qzeros, "scales": packed.scales.half(), "g_idx": groups}, unpacked


def pack_awq(linear, case, tools, rng):
    rows, columns = linear.weight.shape
    size, groups = groups_of(case, columns, rng)
    scales, zeros = grid_of(linear.weight.data, groups, False)
    codes = torch.round(on_grid(linear.weight.data, scales, zeros, groups) / scales[:, groups.long()] + zeros[:, groups.long()])

    def pack(values):  # [any, rows]: awq/modules/linear/gemm.py from_linear
        words = torch.zeros((values.shape[0], values.shape[1] // 8), dtype=torch.int32)
        for column in range(words.shape[1]):
            for index, place in enumerate([0, 2, 4, 6, 1, 3, 5, 7]):
                words[:, column] |= values[:, column * 8 + place].to(torch.int32) << (4 * index)
        return words

    parts = {"qweight": pack(codes.T), "qzeros": pack(zeros.T), "scales": scales.T.contiguous().half()}
    unpacked = tools["awq"].dequantize_gemm(parts["qweight"], parts["qzeros"], parts["scales"].float(), 4, size).T.contiguous()
    return parts, unpacked


SHAPE = {"hidden_size": 96, "intermediate_size": 160, "head_dim": 16, "vocab_size": 96}
LLAMA = {"model_type": "llama", **families.shape(**SHAPE, num_hidden_layers=1), "rms_norm_eps": 1e-05, "tie_word_embeddings": True}
QWEN2 = {"model_type": "qwen2", **families.shape(**{**SHAPE, "hidden_size": 64, "intermediate_size": 192}), "rms_norm_eps": 1e-06, "tie_word_embeddings": True}
QWEN3 = {"model_type": "qwen3", **families.shape(**SHAPE, num_hidden_layers=1), "rms_norm_eps": 1e-06, "tie_word_embeddings": False}
# More than 256 blocks in a matrix, so that nested scales have a second block.
WIDE_QWEN3 = {**QWEN3, **families.shape(**{**SHAPE, "hidden_size": 64, "intermediate_size": 320}, num_hidden_layers=1)}

NF4 = {"quant_method": "bitsandbytes", "load_in_4bit": True, "load_in_8bit": False, "bnb_4bit_quant_type": "nf4", "bnb_4bit_quant_storage": "uint8"}
GPTQ = {"quant_method": "gptq", "bits": 4}

CASES = {
    "nf4": {"config": QWEN2, "pack": pack_nf4, "quantization": NF4},
    "nf4-nested": {
        "config": WIDE_QWEN3,
        "pack": pack_nf4,
        "nested": True,
        "plain": ["model.layers.0.self_attn.k_proj"],
        "quantization": {**NF4, "bnb_4bit_use_double_quant": True, "llm_int8_skip_modules": ["k_proj"]},
    },
    "gptq-symmetric": {"config": LLAMA, "pack": pack_gptq, "group": 32, "symmetric": True, "quantization": {**GPTQ, "group_size": 32, "sym": True, "desc_act": False}},
    "gptq-asymmetric": {"config": QWEN3, "pack": pack_gptq, "group": 32, "quantization": {**GPTQ, "group_size": 32, "sym": False, "desc_act": False}},
    "gptq-act-order": {"config": QWEN3, "pack": pack_gptq, "group": 32, "act_order": True, "quantization": {**GPTQ, "group_size": 32, "sym": False, "desc_act": True}},
    "gptq-v2-row": {
        "config": QWEN2,
        "pack": pack_gptq,
        "group": -1,
        "format": "gptq_v2",
        "quantization": {**GPTQ, "group_size": -1, "sym": False, "desc_act": False, "checkpoint_format": "gptq_v2"},
    },
    "awq": {"config": QWEN3, "pack": pack_awq, "group": 32, "quantization": {"quant_method": "awq", "bits": 4, "group_size": 32, "zero_point": True, "version": "gemm"}},
}


def make_checkpoint(name, case, folder, tools):
    rng = np.random.default_rng(SEED + zlib.crc32(name.encode()) % 1_000_000)
    config = AutoConfig.for_model(**case["config"])
    model = AutoModelForCausalLM.from_config(config, attn_implementation="eager").float()
    families.fill(model, rng)
    # What is not packed is stored as float16, and the packed is made from such.
    for parameter in model.parameters():
        parameter.data = parameter.data.half().float()
    projections = [(key, module) for key, module in model.named_modules() if isinstance(module, torch.nn.Linear) and key.startswith("model.layers.")]
    tensors = {key: value.half() for key, value in model.state_dict().items()}
    if config.tie_word_embeddings:
        del tensors["lm_head.weight"]
    for key, module in projections:
        if key in case.get("plain", []):
            continue
        with torch.no_grad():
            parts, unpacked = case["pack"](module, case, tools, rng)
            module.weight.copy_(unpacked)
        del tensors[f"{key}.weight"]
        tensors.update({f"{key}.{part}": value.contiguous() for part, value in parts.items()})
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    config.architectures = [type(model).__name__]
    content = {**config.to_dict(), "quantization_config": case["quantization"]}
    (folder / "config.json").write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "model.safetensors").chmod(0o644)

    model = model.double().eval()
    requests = []
    for context, continuation in families.make_requests(model, rng):
        picked, lead = families.score(model, context, continuation)
        requests.append({"context": context, "continuation": continuation, "log_prob": families.rounded(sum(picked)), "is_greedy": lead > 0})
    versions = {"transformers": transformers.__version__, "torch": torch.__version__, "bitsandbytes": bitsandbytes.__version__, "auto-gptq": "0.7.1", "autoawq": "0.2.9"}
    golden = {"made_by": {**versions, "python": platform.python_version()}, "requests": requests}
    (folder / "golden.json").write_text(json.dumps(golden, separators=(",", ":")).replace('{"context"', '\n{"context"') + "\n", encoding="utf-8")
    print(name, sum(file.stat().st_size for file in folder.iterdir()), "bytes,", len(requests), "requests")


def main():
    parser = argparse.ArgumentParser(description="Makes test/model/runnable/goldens.")
    parser.add_argument("--auto-gptq", type=Path, required=True, help="folder of the unpacked wheel")
    parser.add_argument("--autoawq", type=Path, required=True, help="folder of the unpacked source")
    parser.add_argument("--out", type=Path, default=HERE.parent / "test" / "model" / "runnable" / "goldens", help="folder to write to")
    arguments = parser.parse_args()
    tools = {
        "gptq": module_of(arguments.auto_gptq / "auto_gptq/nn_modules/qlinear/qlinear_cuda.py", "qlinear_cuda"),
        "awq": module_of(arguments.autoawq / "awq/utils/packing_utils.py", "packing_utils"),
    }
    torch.set_num_threads(1)
    rng = np.random.default_rng(SEED)
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name, golden in (("nf4", make_nf4(rng)), ("integers", make_integers(rng)), ("at-load", make_at_load())):
        (arguments.out / f"{name}.json").write_text(json.dumps(golden, indent=1) + "\n", encoding="utf-8")
    for name, case in CASES.items():
        make_checkpoint(name, case, arguments.out / "checkpoints" / name, tools)


if __name__ == "__main__":
    main()
