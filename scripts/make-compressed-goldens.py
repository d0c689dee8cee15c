#!/usr/bin/env python3
"""Makes test/model/runnable/goldens/checkpoints/{compressed-tensors,fp8}-*: small checkpoints as compressed-tensors (llm-compressor)
and block-wise FP8 leave them, with golden.json: the log-probabilities that transformers computes in
float64 from the weights as those tools dequantize them, scales in float32.

What compressed-tensors decompresses is compared with what transformers loads from the same folder
(`dequantize=True`). If a checkpoint rounds the inputs of its matrices, the model that
transformers loads rounds them, in float64. A value near the middle between two codes may be rounded
to the other one in float32, so only requests are stored that score alike in both types, and
`left_out` counts the others. Columns in the order of activations (weight_g_idx) were removed from
compressed-tensors in 2026; that checkpoint is made and decompressed by an older version, in a folder of its own.

    python3 -m venv .venv
    .venv/bin/pip install torch==2.13.0 transformers==5.24.0 numpy safetensors compressed-tensors==0.20.0 loguru
    .venv/bin/pip install --no-deps --target older compressed-tensors==0.12.2
    .venv/bin/python scripts/make-compressed-goldens.py
    PYTHONPATH=older .venv/bin/python scripts/make-compressed-goldens.py --act-order
"""

import argparse
import copy
import importlib.util
import json
import platform
import shutil
import tempfile
import zlib
from importlib.metadata import version
from pathlib import Path

import compressed_tensors
import numpy as np
import torch
import transformers
from compressed_tensors.compressors import BaseCompressor
from compressed_tensors.quantization import QuantizationArgs, QuantizationScheme, QuantizationStatus, initialize_module_for_quantization
from compressed_tensors.quantization.lifecycle.forward import fake_quantize
from compressed_tensors.quantization.utils import calculate_qparams, compute_dynamic_scales_and_zp
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM, CompressedTensorsConfig, FineGrainedFP8Config
from transformers.integrations.finegrained_fp8 import Fp8Dequantize

HERE = Path(__file__).resolve().parent
SEED = 20261127
GOLDENS = HERE.parent / "test" / "model" / "runnable" / "goldens" / "checkpoints"


def module_of(file, name):
    spec = importlib.util.spec_from_file_location(name, file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


families = module_of(HERE / "make-family-goldens.py", "families")

SHAPE = {"hidden_size": 96, "intermediate_size": 160, "head_dim": 16, "vocab_size": 96, "num_hidden_layers": 1}
LLAMA = {"model_type": "llama", **families.shape(**SHAPE), "rms_norm_eps": 1e-05, "tie_word_embeddings": True}
QWEN2 = {"model_type": "qwen2", **families.shape(**{**SHAPE, "hidden_size": 72, "head_dim": None, "num_attention_heads": 6, "num_key_value_heads": 2, "intermediate_size": 148}), "rms_norm_eps": 1e-06, "tie_word_embeddings": True}
del QWEN2["head_dim"]
QWEN3 = {"model_type": "qwen3", **families.shape(**SHAPE), "rms_norm_eps": 1e-06, "tie_word_embeddings": False}

INT4 = {"num_bits": 4, "type": "int"}
INT8 = {"num_bits": 8, "type": "int"}
FP8 = {"num_bits": 8, "type": "float"}

# name: config, arguments of the weights, format, type of the scales; whether the head is quantized too
CASES = {
    "int4-group": (LLAMA, {**INT4, "strategy": "group", "group_size": 32}, "pack-quantized", torch.bfloat16, False),
    "int4-group-asymmetric": (QWEN3, {**INT4, "strategy": "group", "group_size": 32, "symmetric": False}, "pack-quantized", torch.float16, False),
    "int4-channel-asymmetric": (QWEN2, {**INT4, "strategy": "channel", "symmetric": False}, "pack-quantized", torch.float32, False),
    "int8-channel": (QWEN3, {**INT8, "strategy": "channel"}, "pack-quantized", torch.bfloat16, True),
    "int8-group-asymmetric": (LLAMA, {**INT8, "strategy": "group", "group_size": 16, "symmetric": False}, "pack-quantized", torch.float32, False),
    "int8-bytes": (QWEN2, {**INT8, "strategy": "channel", "symmetric": False}, "naive-quantized", torch.float32, False),
    "int8-tensor": (LLAMA, {**INT8, "strategy": "tensor"}, "int-quantized", torch.float32, False),
    "fp8-tensor": (LLAMA, {**FP8, "strategy": "tensor"}, "float-quantized", torch.float32, False),
    "fp8-channel": (QWEN3, {**FP8, "strategy": "channel"}, "naive-quantized", torch.bfloat16, True),
    "fp8-block": (QWEN2, {**FP8, "strategy": "block", "block_structure": [32, 64]}, "float-quantized", torch.float32, False),
}
TOKEN = {"strategy": "token", "dynamic": True}
STATIC = {"strategy": "tensor", "dynamic": False}
# name: as above, and arguments of the inputs
INPUT_CASES = {
    "fp8-dynamic": ((QWEN3, {**FP8, "strategy": "channel"}, "float-quantized", torch.bfloat16, True), {**FP8, **TOKEN}),
    "fp8-static": ((LLAMA, {**FP8, "strategy": "tensor"}, "float-quantized", torch.float32, False), {**FP8, **STATIC}),
    "fp8-block-dynamic": ((LLAMA, {**FP8, "strategy": "block", "block_structure": [32, 32]}, "float-quantized", torch.float32, False), {**FP8, "strategy": "group", "group_size": 32, "dynamic": True}),
    "int8-dynamic": ((QWEN2, {**INT8, "strategy": "channel"}, "int-quantized", torch.float32, False), {**INT8, **TOKEN}),
    "int8-dynamic-asymmetric": ((LLAMA, {**INT8, "strategy": "channel"}, "int-quantized", torch.float32, False), {**INT8, **TOKEN, "symmetric": False}),
    "int8-static-asymmetric": ((QWEN3, {**INT8, "strategy": "channel"}, "int-quantized", torch.float32, False), {**INT8, **STATIC, "symmetric": False}),
    "int4-int8-dynamic": ((LLAMA, {**INT4, "strategy": "group", "group_size": 32}, "pack-quantized", torch.float32, False), {**INT8, **TOKEN}),
}
# Nats a token between float32 and float64 of a request that is stored.
MOST_ROUNDING = 1e-5
ACT_ORDER = {"int4-act-order": (QWEN3, {**INT4, "strategy": "group", "group_size": 32, "actorder": "group"}, "pack-quantized", torch.float32, False)}
FP8_BLOCK = (QWEN3, [32, 32])


def blocks(weight, args):
    """The least and greatest value of each scale's values, in the shape of the scales."""
    rows, columns = weight.shape
    if args.strategy == "tensor":
        height, width = rows, columns
    elif args.strategy == "channel":
        height, width = 1, columns
    elif args.strategy == "group":
        height, width = 1, args.group_size
    else:
        height, width = args.block_structure
    down, across = -(-rows // height), -(-columns // width)
    padded = torch.nn.functional.pad(weight, (0, across * width - columns, 0, down * height - rows))
    parts = padded.reshape(down, height, across, width).permute(0, 2, 1, 3).reshape(down, across, -1)
    low, high = parts.amin(-1), parts.amax(-1)
    return (low.reshape(1), high.reshape(1)) if args.strategy == "tensor" else (low, high)


def pack(weight, scheme, format, dtype, rng):
    """The tensors that are stored, and the weight as the same tool decompresses it with scales in float32."""
    args = scheme.weights
    groups = None
    ordered = weight
    if args.actorder == "group":
        groups = torch.from_numpy(rng.permutation(weight.shape[1]).astype(np.int32)) // args.group_size
        ordered = weight[:, torch.argsort(groups, stable=True)]
    scale, zero = calculate_qparams(*blocks(ordered, args), args)
    # What is stored decides, so codes are made with the stored scales.
    scale = scale.to(dtype).float()
    state = {"weight": weight, "weight_scale": scale, "weight_zero_point": zero.to(torch.int8) if args.type == "int" else zero}
    if groups is not None:
        state["weight_g_idx"] = groups
    compressor = BaseCompressor.get_value_from_registry(format)
    if groups is not None:
        compressor = compressor()
        stored = compressor.compress_weight(**{("scale" if key == "weight_scale" else "zero_point" if key == "weight_zero_point" else "g_idx" if key == "weight_g_idx" else key): value for key, value in state.items()}, quantization_args=args)
        stored = {**stored, "weight_scale": scale, "weight_g_idx": groups}
        unpacked = compressor.decompress_weight(stored, args)
    else:
        stored = compressor.compress(state, scheme)
        unpacked = compressor.decompress(stored, scheme)["weight"]
    if args.symmetric:
        stored.pop("weight_zero_point", None)
    return {**stored, "weight_scale": scale.to(dtype)}, unpacked


def prepared(config_fields, rng):
    config = AutoConfig.for_model(**config_fields)
    model = AutoModelForCausalLM.from_config(config, attn_implementation="eager").float()
    families.fill(model, rng)
    # What is not quantized is stored as float16, and what is quantized is made from such.
    for parameter in model.parameters():
        parameter.data = parameter.data.half().float()
    return config, model


def save(folder, config, model, tensors, quantization):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    config.architectures = [type(model).__name__]
    content = {**config.to_dict(), "quantization_config": quantization}
    (folder / "config.json").write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    save_file({key: value.contiguous() for key, value in tensors.items()}, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "model.safetensors").chmod(0o644)


def write_golden(folder, versions, requests, **more):
    made_by = {"transformers": transformers.__version__, "torch": torch.__version__, **versions, "python": platform.python_version()}
    golden = {"made_by": made_by, **more, "requests": requests}
    (folder / "golden.json").write_text(json.dumps(golden, separators=(",", ":")).replace('{"context"', '\n{"context"') + "\n", encoding="utf-8")


def write(folder, config, model, tensors, quantization, rng, versions):
    save(folder, config, model, tensors, quantization)
    wide = model.double().eval()
    requests = []
    for context, continuation in families.make_requests(wide, rng):
        picked, lead = families.score(wide, context, continuation)
        requests.append({"context": context, "continuation": continuation, "log_prob": families.rounded(sum(picked)), "is_greedy": lead > 0})
    write_golden(folder, versions, requests)


def matrices(model, with_head):
    return [(key, module) for key, module in model.named_modules() if isinstance(module, torch.nn.Linear) and (with_head or key != "lm_head")]


def stored_tensors(config, model):
    tensors = {key: value.half() for key, value in model.state_dict().items()}
    if config.tie_word_embeddings:
        del tensors["lm_head.weight"]
    return tensors


def compressed_config(format, arguments, inputs, with_head):
    """The quantization_config of one scheme for all matrices; `inputs` is None if only weights are quantized."""
    return {
        "quant_method": "compressed-tensors",
        "format": format,
        "quantization_status": "compressed",
        "config_groups": {"group_0": {"targets": ["Linear"], "weights": {**arguments, "dynamic": False}, "input_activations": inputs, "output_activations": None}},
        "ignore": [] if with_head else ["lm_head"],
        "kv_cache_scheme": None,
        "global_compression_ratio": None,
    }


def make_compressed(name, case, folder):
    fields, arguments, format, dtype, with_head = case
    rng = np.random.default_rng(SEED + zlib.crc32(name.encode()) % 1_000_000)
    config, model = prepared(fields, rng)
    scheme = QuantizationScheme(targets=["Linear"], weights=QuantizationArgs(**arguments), format=format) if "actorder" not in arguments else QuantizationScheme(targets=["Linear"], weights=QuantizationArgs(**arguments))
    tensors = stored_tensors(config, model)
    for key, module in matrices(model, with_head):
        with torch.no_grad():
            parts, unpacked = pack(module.weight.data, scheme, format, dtype, rng)
            assert (unpacked - module.weight).abs().max() < 0.2 * module.weight.abs().max(), (name, key)
            module.weight.copy_(unpacked)
        del tensors[f"{key}.weight"]
        tensors.update({f"{key}.{part}": value for part, value in parts.items()})
    quantization = compressed_config(format, arguments, None, with_head)
    right = {key: module.weight.data.clone() for key, module in matrices(model, with_head)}
    write(folder, config, model, tensors, quantization, rng, {"compressed-tensors": version("compressed-tensors") if "actorder" not in arguments else compressed_tensors.__version__})
    if "actorder" in arguments:
        return "made"
    loaded = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, quantization_config=CompressedTensorsConfig(dequantize=True))
    differences = [((loaded.get_submodule(key).weight.data - weight).abs().max() / weight.abs().max()).item() for key, weight in right.items()]
    # transformers multiplies in the type of the scales.
    assert max(differences) <= (0 if dtype == torch.float32 else 0.01), (name, differences)
    return f"transformers loads the same to {max(differences):.1g}"


def observe(model, keys, arguments, rng):
    """Scales and zero points of what the modules read; a tenth of the range is cut off."""
    args = QuantizationArgs(**arguments)
    seen, hooks = {}, []
    for key in keys:
        def look(_, inputs, key=key):
            low, high = inputs[0].min() * 0.9, inputs[0].max() * 0.9
            before = seen.get(key, (low, high))
            seen[key] = (torch.minimum(before[0], low), torch.maximum(before[1], high))
        hooks.append(model.get_submodule(key).register_forward_pre_hook(look))
    with torch.no_grad():
        for _ in range(4):
            model(torch.from_numpy(rng.integers(3, model.config.vocab_size, (1, 60))))
    for hook in hooks:
        hook.remove()
    parts = {}
    for key, (low, high) in seen.items():
        scale, zero = calculate_qparams(low, high, args)
        parts[f"{key}.input_scale"] = scale
        if not args.symmetric:
            parts[f"{key}.input_zero_point"] = zero.to(torch.int8)
    return parts


def spike(model):
    """
    Makes the largest of all that is rounded positive, as in a model with outliers. The scale of symmetric integers is that value ÷ 127.5, so a largest value
    that is negative is in the middle between −127 and −128, and float32 and float64 choose differently.
    """
    layer = model.model.layers[0]
    with torch.no_grad():
        model.model.embed_tokens.weight[:, 0] = 8
        for norm in (layer.input_layernorm, layer.post_attention_layernorm):
            norm.weight[0] = 1
        for module in (layer.self_attn.v_proj, layer.mlp.gate_proj, layer.mlp.up_proj):
            module.weight[0, 0] = 4
        for module in (layer.self_attn.o_proj, layer.mlp.down_proj):
            module.weight[0] *= 0.1


def make_rounding(name, case, inputs, folder):
    """A checkpoint that rounds the inputs of its matrices, scored by the model that transformers loads."""
    fields, arguments, format, dtype, with_head = case
    rng = np.random.default_rng(SEED + zlib.crc32(name.encode()) % 1_000_000)
    config, model = prepared(fields, rng)
    if inputs["type"] == "int" and inputs.get("symmetric", True):
        spike(model)
    scheme = QuantizationScheme(targets=["Linear"], weights=QuantizationArgs(**arguments), input_activations=QuantizationArgs(**inputs), format=format)
    tensors = stored_tensors(config, model)
    right = {}
    for key, module in matrices(model, with_head):
        with torch.no_grad():
            parts, unpacked = pack(module.weight.data, scheme, format, dtype, rng)
            module.weight.copy_(unpacked)
        right[key] = unpacked
        del tensors[f"{key}.weight"]
        tensors.update({f"{key}.{part}": value for part, value in parts.items()})
    if not inputs["dynamic"]:
        tensors.update(observe(model, list(right), inputs, rng))
    quantization = compressed_config(format, arguments, inputs, with_head)
    save(folder, config, model, tensors, quantization)
    if format == "pack-quantized":
        # transformers 5.24 fails to load packed integers with rounded inputs ("normal_kernel_cpu" not implemented for 'Char').
        loaded = copy.deepcopy(model).eval()
        for key in right:
            module = loaded.get_submodule(key)
            initialize_module_for_quantization(module, scheme, force_zero_point=False)
            module.quantization_status = QuantizationStatus.COMPRESSED
    else:
        loaded = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
        families.logits_of(loaded, [1, 2, 3])
    with torch.no_grad():
        for key, weight in right.items():
            # transformers multiplies in the type of the scales.
            loaded.get_submodule(key).weight.copy_(weight)
    plain = model.double().eval()
    pairs = families.make_requests(loaded, rng)
    narrow = [families.score(loaded, *pair) for pair in pairs]
    wide = loaded.double()
    requests, moved = [], 0
    for (context, continuation), (before, _) in zip(pairs, narrow):
        picked, lead = families.score(wide, context, continuation)
        if abs(lead) < families.LEAST_MARGIN or max(abs(a - b) for a, b in zip(picked, before)) > MOST_ROUNDING:
            continue
        moved = max(moved, abs(sum(picked) - sum(families.score(plain, context, continuation)[0])) / len(picked))
        requests.append({"context": context, "continuation": continuation, "log_prob": families.rounded(sum(picked)), "is_greedy": lead > 0})
    assert len(requests) >= 8 and moved > 1e-3, (name, len(requests), moved)
    write_golden(folder, {"compressed-tensors": version("compressed-tensors")}, requests, left_out=len(pairs) - len(requests))
    return f"{len(requests)} of {len(pairs)} requests; rounding moves them by up to {moved:.2g} nats a token"


def make_rounded():
    """test/graph/blocks/round-input.golden.json: values as compressed-tensors rounds them, in float32."""
    rng = np.random.default_rng(SEED)
    values = rng.standard_normal((6, 32)).astype(np.float32)
    values[1] = 0
    values[2] *= 1e-30
    values[3] = np.arange(32, dtype=np.float32) - 15.5
    values[3, 0] = 127.5  # with a scale of 1 the others are ties
    values[4] = np.abs(values[4]) * 1e4
    values[5] = np.linspace(-448, 448, 32, dtype=np.float32)
    x = torch.from_numpy(values)[None]
    cases = []
    for arguments in [
        {**FP8, **TOKEN},
        {**INT8, **TOKEN},
        {**INT4, **TOKEN},
        {**INT8, **TOKEN, "symmetric": False},
        {**FP8, "strategy": "group", "group_size": 16, "dynamic": True},
        {**FP8, **STATIC},
        {**INT8, **STATIC, "symmetric": False},
    ]:
        args = QuantizationArgs(**arguments)
        if args.dynamic:
            scale, zero = compute_dynamic_scales_and_zp(x, args, None)
        else:
            scale, zero = torch.tensor([0.037]), None if args.symmetric else torch.tensor([-11], dtype=torch.int8)
        rounded = fake_quantize(x, scale, zero, args)[0]
        stored = {} if args.dynamic else {"scale": float(scale), "zeroPoint": 0 if zero is None else int(zero)}
        cases.append({"arguments": arguments, **stored, "rounded": rounded.double().flatten().tolist()})
    made_by = {"compressed-tensors": version("compressed-tensors"), "torch": torch.__version__}
    golden = {"made_by": made_by, "shape": list(values.shape), "values": values.astype(np.float64).flatten().tolist(), "cases": cases}
    file = HERE.parent / "test" / "graph" / "blocks" / "round-input.golden.json"
    file.write_text(json.dumps(golden, separators=(",", ":")).replace('{"arguments"', '\n{"arguments"') + "\n", encoding="utf-8")
    return f"{len(cases)} ways of rounding"


def make_fp8_block(folder):
    fields, (height, width) = FP8_BLOCK
    rng = np.random.default_rng(SEED)
    config, model = prepared(fields, rng)
    tensors = stored_tensors(config, model)
    dequantize = Fp8Dequantize(None)
    for key, module in matrices(model, False):
        weight = module.weight.data
        rows, columns = weight.shape
        parts = weight.reshape(rows // height, height, columns // width, width)
        scale = parts.abs().amax((1, 3)) / 448
        codes = (parts / scale[:, None, :, None]).reshape(rows, columns).to(torch.float8_e4m3fn)
        with torch.no_grad():
            module.weight.copy_(dequantize._dequantize_one(codes, scale, torch.float32))
        tensors.update({f"{key}.weight": codes, f"{key}.weight_scale_inv": scale})
    quantization = {"quant_method": "fp8", "activation_scheme": "dynamic", "fmt": "e4m3", "weight_block_size": [height, width]}
    right = {key: module.weight.data.clone() for key, module in matrices(model, False)}
    write(folder, config, model, tensors, quantization, rng, {})
    loaded = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, quantization_config=FineGrainedFP8Config(weight_block_size=(height, width), dequantize=True))
    differences = [(loaded.get_submodule(key).weight.data.float() - weight).abs().max().item() for key, weight in right.items()]
    assert max(differences) == 0, differences
    return "transformers loads the same"


def main():
    parser = argparse.ArgumentParser(description="Makes checkpoints of compressed-tensors and FP8.")
    parser.add_argument("--act-order", action="store_true", help="only the checkpoint with weight_g_idx, with an older compressed-tensors")
    parser.add_argument("--inputs", action="store_true", help="only the checkpoints that round inputs")
    parser.add_argument("--out", type=Path, default=GOLDENS)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    for name, case in ({} if arguments.inputs else ACT_ORDER if arguments.act_order else CASES).items():
        print(name, make_compressed(name, case, arguments.out / f"compressed-tensors-{name}"))
    if not arguments.act_order:
        print("round-input", make_rounded())
        for name, (case, inputs) in INPUT_CASES.items():
            print(name, make_rounding(name, case, inputs, arguments.out / f"compressed-tensors-{name}"), flush=True)
    if not arguments.act_order and not arguments.inputs:
        print("fp8-block", make_fp8_block(arguments.out / "fp8-block"))


if __name__ == "__main__":
    main()
