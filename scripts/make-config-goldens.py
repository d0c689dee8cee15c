#!/usr/bin/env python3
"""Makes test/model/config/config-spellings.golden.json: the model that transformers
loads if config.json says one thing in two ways, leaves a field out, or has a field
that the family does not know.

Each case is a fixture of test/checkpoints with some fields of config.json
changed ("set") or removed ("without"). The golden has the properties of the model as
transformers loads it and lm-eval ties it (rotary frequencies and their factor, windows, biases, tying),
the log-probabilities that it computes in float64 (eager attention) for the last
tokens of one sequence, each with the tokens before it as the input, or the error with which transformers refuses the folder.

    python3 -m venv .venv
    .venv/bin/pip install torch==2.13.0 transformers==5.24.0 numpy safetensors
    .venv/bin/python scripts/make-config-goldens.py
"""

import json
import os
import shutil
import tempfile
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "critical")

import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "test" / "checkpoints"
OUT = ROOT / "test" / "model" / "config" / "config-spellings.golden.json"
# In the vocabulary of every fixture, longer than every window.
TOKENS = [3 + (37 * index + index * index // 5) % 120 for index in range(100)]
SCORED = 24

YARN = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32}
LLAMA3 = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0}
# Heads of eight values have four frequencies; inputs of more than 64 tokens are long.
LONGROPE = {"rope_type": "longrope", "short_factor": [1.0, 1.1, 1.5, 2.0], "long_factor": [1.0, 3.0, 9.0, 20.0], "original_max_position_embeddings": 64}
LINEAR = {"rope_type": "linear", "factor": 4.0}
NEW = {"rope_type": "default", "rope_theta": 500.0}

# name: (fixture, fields to set, fields to take out)
CASES = {
    # rotary embedding: which spelling wins
    "rope_scaling beside rope_parameters": ("qwen3-untied", {"rope_scaling": YARN}, []),
    "rope_scaling without theta beside rope_parameters with one": ("llama-bias", {"rope_scaling": LINEAR}, []),
    "rope_scaling and rope_theta beside rope_parameters": ("llama-bias", {"rope_scaling": LINEAR, "rope_theta": 200.0}, []),
    "empty rope_scaling beside rope_parameters": ("llama3", {"rope_scaling": {}}, []),
    "rope_scaling null beside rope_parameters": ("llama3", {"rope_scaling": None}, []),
    "rope_theta beside rope_parameters with one": ("llama-bias", {"rope_theta": 77.0}, []),
    "rope_theta beside rope_parameters without one": ("llama-bias", {"rope_theta": 77.0, "rope_parameters": {"rope_type": "default"}}, []),
    "rope_parameters null and rope_theta": ("llama2", {"rope_parameters": None, "rope_theta": 200.0}, ["rope_scaling"]),
    "rope_parameters empty and rope_theta": ("llama2", {"rope_parameters": {}, "rope_theta": 200.0}, ["rope_scaling"]),
    "no rotary field": ("llama2", {}, ["rope_scaling", "rope_theta"]),
    "rope_theta null": ("llama2", {"rope_theta": None}, []),
    "rope_theta inside rope_scaling beside one at top level": ("llama2", {"rope_scaling": {**LINEAR, "rope_theta": 200.0}, "rope_theta": 77.0}, []),
    "rope_theta null inside rope_parameters": ("llama-bias", {"rope_parameters": {"rope_type": "default", "rope_theta": None}, "rope_theta": 77.0}, []),
    "type beside rope_type": ("llama2", {"rope_scaling": {**LINEAR, "type": "yarn"}}, []),
    "type alone in rope_parameters": ("llama-bias", {"rope_parameters": {"type": "linear", "factor": 4.0, "rope_theta": 1000.0}}, []),
    "rope_type null beside type": ("llama2", {"rope_scaling": {"rope_type": None, "type": "linear", "factor": 4.0}}, []),
    "default beside factor": ("llama2", {"rope_scaling": {"rope_type": "default", "factor": 4.0}}, []),
    "factor without type": ("llama2", {"rope_scaling": {"factor": 4.0}}, []),
    # original_max_position_embeddings
    "original_max_position_embeddings at top level only, yarn": ("qwen2-yarn", {"rope_scaling": {"type": "yarn", "factor": 4.0}, "original_max_position_embeddings": 32}, []),
    "original_max_position_embeddings at both levels, yarn": ("qwen2-yarn", {"original_max_position_embeddings": 16}, []),
    "original_max_position_embeddings at both levels, llama3": ("llama3", {"original_max_position_embeddings": 16}, []),
    "original_max_position_embeddings nowhere, yarn": ("qwen2-yarn", {"rope_scaling": {"type": "yarn", "factor": 4.0}}, []),
    "original_max_position_embeddings nowhere, llama3": ("llama3", {"rope_parameters": {**LLAMA3, "rope_theta": 500.0}}, []),
    "original_max_position_embeddings at top level, linear": ("llama-linear", {"original_max_position_embeddings": 16}, []),
    "original_max_position_embeddings null at top level, yarn": ("qwen2-yarn", {"original_max_position_embeddings": None}, []),
    # yarn
    "yarn factor null": ("qwen2-yarn", {"rope_scaling": {**YARN, "factor": None}}, []),
    "yarn without factor": ("qwen2-yarn", {"rope_scaling": {"rope_type": "yarn", "original_max_position_embeddings": 32}}, []),
    "yarn truncate null": ("qwen3-yarn", {"rope_parameters": {**YARN, "rope_theta": 100.0, "truncate": None}}, []),
    "yarn truncate false": ("qwen3-yarn", {"rope_parameters": {**YARN, "rope_theta": 100.0, "truncate": False}}, []),
    "yarn attn_factor, which is not a field": ("qwen3-yarn", {"rope_parameters": {**YARN, "rope_theta": 100.0, "attn_factor": 0.5}}, []),
    "yarn attention_factor": ("qwen3-yarn", {"rope_parameters": {**YARN, "rope_theta": 100.0, "attention_factor": 0.8, "beta_fast": 16, "beta_slow": 2}}, []),
    "yarn mscale": ("qwen3-yarn", {"rope_parameters": {**YARN, "rope_theta": 100.0, "mscale": 0.7, "mscale_all_dim": 1.2}}, []),
    "yarn mscale alone": ("qwen3-yarn", {"rope_parameters": {**YARN, "rope_theta": 100.0, "mscale": 0.7}}, []),
    "linear without factor": ("llama2", {"rope_scaling": {"type": "linear"}}, []),
    "linear factor below 1": ("llama2", {"rope_scaling": {"type": "linear", "factor": 0.5}}, []),
    "rope_scaling false": ("llama2", {"rope_scaling": False}, []),
    # frequencies by the length of the input
    "dynamic": ("llama2", {"rope_scaling": {"type": "dynamic", "factor": 2.0}}, []),
    "dynamic in a window that is just as long": ("llama2", {"rope_scaling": {"type": "dynamic", "factor": 3.7}, "max_position_embeddings": 100}, []),
    "dynamic without factor": ("llama2", {"rope_scaling": {"type": "dynamic"}}, []),
    "longrope, inputs longer than trained": ("llama2", {"rope_scaling": LONGROPE}, []),
    "longrope, inputs as long as trained": ("llama2", {"rope_scaling": {**LONGROPE, "original_max_position_embeddings": 99}}, []),
    "longrope, inputs on both sides of the trained length": ("llama2", {"rope_scaling": {**LONGROPE, "original_max_position_embeddings": 88}}, []),
    "longrope, original_max_position_embeddings nowhere": ("llama2", {"rope_scaling": {key: value for key, value in LONGROPE.items() if key[0] != "o"}}, []),
    "longrope, original_max_position_embeddings at top level": ("llama2", {"rope_scaling": LONGROPE, "original_max_position_embeddings": 200}, []),
    "longrope with factor": ("llama2", {"rope_scaling": {**LONGROPE, "factor": 32.0}}, []),
    "longrope with factor 1": ("llama2", {"rope_scaling": {**LONGROPE, "factor": 1.0}}, []),
    "longrope with attention_factor": ("llama2", {"rope_scaling": {**LONGROPE, "attention_factor": 1.3}}, []),
    "longrope with too few factors": ("llama2", {"rope_scaling": {**LONGROPE, "short_factor": [1.0, 2.0]}}, []),
    "longrope without long_factor": ("llama2", {"rope_scaling": {key: value for key, value in LONGROPE.items() if key != "long_factor"}}, []),
    # kinds that are refused
    "mrope": ("qwen2", {"rope_scaling": {"type": "mrope", "mrope_section": [1, 1, 2]}}, []),
    "mrope_section beside default": ("qwen2", {"rope_scaling": {"rope_type": "default", "type": "mrope", "mrope_section": [1, 1, 2]}}, []),
    "rope_parameters by layer type": ("qwen3-untied", {"rope_parameters": {"full_attention": NEW}}, []),
    "rope_parameters by layer type that none declares": ("llama-bias", {"rope_parameters": {"full_attention": NEW}}, []),
    "partial_rotary_factor at top level": ("llama2", {"partial_rotary_factor": 0.5}, []),
    "partial_rotary_factor inside": ("llama-bias", {"rope_parameters": {**NEW, "partial_rotary_factor": 0.5}}, []),
    "partial_rotary_factor, linear": ("llama2", {"rope_scaling": LINEAR, "partial_rotary_factor": 0.5}, []),
    # sliding window
    "mistral without sliding_window": ("mistral", {"max_position_embeddings": 8192}, ["sliding_window"]),
    "mistral with layer_types": ("mistral-window", {"layer_types": ["full_attention", "sliding_attention"]}, []),
    "mistral with layer_types that all slide": ("mistral-window", {"layer_types": ["sliding_attention"] * 2}, []),
    "mistral with layer_types null": ("mistral-window", {"layer_types": None}, []),
    "mistral with sliding layer_types, sliding_window null": ("mistral-window", {"layer_types": ["sliding_attention"] * 2, "sliding_window": None}, []),
    "mistral with layer_types that are all full, and a window": ("mistral-window", {"layer_types": ["full_attention"] * 2}, []),
    "mistral with layer_types that are all full, and no window": ("mistral", {"layer_types": ["full_attention"] * 2}, []),
    "mistral with use_sliding_window false": ("mistral-window", {"use_sliding_window": False}, []),
    "llama with sliding_window": ("llama2", {"sliding_window": 8}, []),
    "llama with sliding_window and layer_types": ("llama2", {"sliding_window": 8, "layer_types": ["sliding_attention"] * 2}, []),
    "qwen2 with use_sliding_window null": ("qwen2-window", {"use_sliding_window": None}, ["layer_types"]),
    "qwen2 without use_sliding_window": ("qwen2-window", {}, ["layer_types", "use_sliding_window"]),
    "qwen2 without sliding_window": ("qwen2-window", {"max_position_embeddings": 8192}, ["layer_types", "sliding_window"]),
    "qwen2 without max_window_layers": ("qwen2-window", {}, ["layer_types", "max_window_layers"]),
    "qwen2 with max_window_layers null": ("qwen2-window", {"max_window_layers": None}, ["layer_types"]),
    "qwen2 with layer_types null": ("qwen2-window", {"layer_types": None}, []),
    "qwen2 layer_types against max_window_layers": ("qwen2-window", {"layer_types": ["sliding_attention", "full_attention", "full_attention"]}, []),
    "qwen2 sliding layer_types, use_sliding_window false": ("qwen2-window", {"use_sliding_window": False}, []),
    "qwen3 sliding layer_types, use_sliding_window false": ("qwen3", {"sliding_window": 8, "layer_types": ["full_attention", "sliding_attention"]}, []),
    "qwen3 sliding layer_types, sliding_window null": ("qwen3", {"use_sliding_window": True, "layer_types": ["full_attention", "sliding_attention"]}, []),
    "qwen3 older names of layer types": ("qwen3", {"sliding_window": 8, "use_sliding_window": True, "layer_types": ["attention", "sliding_attention"]}, []),
    "qwen3 chunked layer": ("qwen3", {"layer_types": ["full_attention", "chunked_attention"]}, []),
    "qwen3 layer_types too short": ("qwen3", {"layer_types": ["full_attention"]}, []),
    # shapes and their defaults
    "llama without num_key_value_heads": ("llama2", {}, ["num_key_value_heads"]),
    "llama num_key_value_heads null": ("llama2", {"num_key_value_heads": None}, []),
    "mistral without num_key_value_heads": ("mistral", {}, ["num_key_value_heads"]),
    "qwen2 without num_key_value_heads": ("qwen2", {}, ["num_key_value_heads"]),
    "llama head_dim null": ("llama2", {"head_dim": None}, []),
    "llama head_dim as computed": ("llama2", {"head_dim": 8}, []),
    "qwen2 head_dim as computed": ("qwen2", {"head_dim": 8}, []),
    "qwen2 head_dim null": ("qwen2", {"head_dim": None}, []),
    "qwen3 without head_dim": ("qwen3", {}, ["head_dim"]),
    "qwen3 head_dim null": ("qwen3", {"head_dim": None}, []),
    "rms_norm_eps missing": ("qwen3-untied", {}, ["rms_norm_eps"]),
    "rms_norm_eps null": ("qwen3-untied", {"rms_norm_eps": None}, []),
    "llama without max_position_embeddings": ("llama2", {}, ["max_position_embeddings"]),
    "mistral without max_position_embeddings": ("mistral", {}, ["max_position_embeddings"]),
    "qwen2 without max_position_embeddings": ("qwen2", {}, ["max_position_embeddings"]),
    "qwen3 without max_position_embeddings": ("qwen3", {}, ["max_position_embeddings"]),
    "llama without hidden_size": ("llama2", {}, ["hidden_size"]),
    "llama without num_hidden_layers": ("llama2", {}, ["num_hidden_layers"]),
    "llama without num_attention_heads": ("llama2", {"head_dim": 8}, ["num_attention_heads"]),
    "llama without intermediate_size": ("llama2", {}, ["intermediate_size"]),
    "llama without vocab_size": ("llama2", {}, ["vocab_size"]),
    # flags
    "mistral attention_bias": ("mistral", {"attention_bias": True}, []),
    "qwen2 attention_bias false": ("qwen2", {"attention_bias": False}, []),
    "qwen2 attention_bias true": ("qwen2", {"attention_bias": True}, []),
    "qwen3 mlp_bias": ("qwen3", {"mlp_bias": True}, []),
    "llama attention_bias null": ("llama2", {"attention_bias": None}, []),
    "hidden_act missing": ("llama2", {}, ["hidden_act"]),
    "hidden_act swish": ("llama2", {"hidden_act": "swish"}, []),
    "hidden_act gelu": ("llama2", {"hidden_act": "gelu"}, []),
    "hidden_activation beside hidden_act": ("llama2", {"hidden_activation": "gelu_pytorch_tanh"}, []),
    "tie_word_embeddings missing, both stored and different": ("llama2", {}, ["tie_word_embeddings"]),
    "tie_word_embeddings null": ("llama2", {"tie_word_embeddings": None}, []),
    "tied, both stored and different": ("llama2", {"tie_word_embeddings": True}, []),
    "tied, both stored and equal": ("qwen3", {}, []),
    "pretraining_tp 2": ("llama2", {"pretraining_tp": 2}, []),
    # fields of other families, and of none
    "attn_logit_softcapping": ("llama2", {"attn_logit_softcapping": 5.0}, []),
    "final_logit_softcapping": ("llama2", {"final_logit_softcapping": 5.0}, []),
    "residual_multiplier": ("llama2", {"residual_multiplier": 0.22, "embedding_multiplier": 12.0, "logits_scaling": 8.0, "attention_multiplier": 0.1}, []),
    "use_qk_norm": ("llama2", {"use_qk_norm": True}, []),
    "per_layer_config": ("llama2", {"per_layer_config": {"1": {"intermediate_size": 48}}}, []),
    "text_config": ("llama2", {"text_config": {"hidden_size": 32, "num_hidden_layers": 1}}, []),
    "custom metadata": ("llama2", {"my_training_run": {"note": "harmless"}, "unsloth_version": "2025.1"}, []),
    "dtype beside torch_dtype": ("llama2", {"dtype": "bfloat16", "torch_dtype": "float16"}, []),
    # which family
    "model_type mistral, architecture llama": ("mistral-window", {"architectures": ["LlamaForCausalLM"]}, []),
    "model_type llama, architecture mistral": ("mistral-window", {"model_type": "llama"}, []),
    "model_type missing": ("llama2", {}, ["model_type"]),
    "architectures missing": ("llama2", {}, ["architectures"]),
    "architectures null": ("llama2", {"architectures": None}, []),
    "architecture by its older name": ("llama2", {"architectures": ["LLaMAForCausalLM"]}, []),
    "MTP layers": ("qwen3", {"num_nextn_predict_layers": 1}, []),
    "num_hidden_layers below the layers stored": ("llama2", {"num_hidden_layers": 1}, []),
}


def build(folder, fixture, changes, without):
    shutil.copytree(FIXTURES / fixture, folder)
    config = json.loads((folder / "config.json").read_text())
    config = {key: value for key, value in {**config, **changes}.items() if key not in without}
    (folder / "config.json").write_text(json.dumps(config))


def facts(model):
    """What the loaded model is, whatever the config says."""
    attention = [layer.self_attn for layer in model.model.layers]
    has = lambda module: module.bias is not None
    windows = [getattr(one, "sliding_window", None) for one in attention]
    if model.config.model_type == "mistral":  # not ministral
        windows = [model.config.sliding_window] * len(attention)
    return {
        "windows": windows,
        "head_size": attention[0].head_dim,
        "key_value_heads": model.config.num_attention_heads // attention[0].num_key_value_groups,
        "biases": [has(attention[0].q_proj), has(attention[0].o_proj), has(model.model.layers[0].mlp.gate_proj)],
        "head_norms": hasattr(attention[0], "q_norm"),
        "max_positions": model.config.max_position_embeddings,
        "tied": model.lm_head.weight is model.model.embed_tokens.weight,
    }


def outcome(folder):
    try:
        model, report = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float64, attn_implementation="eager", output_loading_info=True)
        # As lm-eval does after loading: it ties what the config ties, whatever the file holds.
        model.tie_weights()
        if report["missing_keys"]:
            return {"error": f"missing: {', '.join(sorted(report['missing_keys'])[:3])}"}
        if report["mismatched_keys"]:
            return {"error": f"mismatched: {', '.join(sorted(str(key) for key in report['mismatched_keys'])[:3])}"}
        rotary = model.model.rotary_emb
        with torch.no_grad():
            # Of one input: for each token those before it, as lm-eval asks; the length of an input decides the frequencies of longrope.
            log_probs = [torch.log_softmax(model(torch.tensor([TOKENS[:index]])).logits[0, -1], -1)[TOKENS[index]] for index in range(len(TOKENS) - SCORED, len(TOKENS))]
        scored = [value.item() for value in log_probs]
    except Exception as error:
        return {"error": f"{type(error).__name__}: {str(error).splitlines()[0]}"[:200].replace(str(folder), "FOLDER")}
    return {
        "log_probs": [round(value, 7) for value in scored],
        "frequencies": [float(f"{value:.7g}") for value in rotary.inv_freq.tolist()],  # of the input that was just scored
        "factor": rotary.attention_scaling,
        **facts(model),
        **({"unused": sorted(report["unexpected_keys"])} if report["unexpected_keys"] else {}),
    }


def main():
    transformers.utils.logging.disable_progress_bar()
    torch.set_num_threads(1)
    lines = []
    for name, (fixture, changes, without) in CASES.items():
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary) / "checkpoint"
            build(folder, fixture, changes, without)
            found = outcome(folder)
        case = {"name": name, "fixture": fixture, "set": changes, "without": without, **found}
        lines.append(json.dumps(case, separators=(",", ":")))
        print(f"{name}: {found.get('error') or found['log_probs'][:2]}{' unused ' + str(found['unused']) if found.get('unused') else ''}")
    head = {"made_by": {"transformers": transformers.__version__, "torch": torch.__version__}, "tokens": TOKENS, "scored": SCORED}
    OUT.write_text(json.dumps(head, separators=(",", ":"))[:-1] + ',"cases":[\n' + ",\n".join(lines) + "\n]}\n")
    json.loads(OUT.read_text())
    print(f"{len(lines)} cases in {OUT}")


if __name__ == "__main__":
    main()
