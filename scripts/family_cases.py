"""Cases of make-family-goldens.py for the families beside Llama, Mistral, Qwen2 and Qwen3: two a family, with every option on in one of them."""

import copy
import math

import torch
from transformers import LlamaConfig, LlamaForCausalLM

DEFAULT_ROPE = {"rope_type": "default", "rope_theta": 1000.0}


def case(model_type, config, mistakes, weights="BF16", architecture=None, **more):
    """`mistakes`: label → changes of the config, or (pattern of parameter names, what they become)."""
    sizes = {
        "hidden_size": 32,
        "intermediate_size": 48,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "vocab_size": 128,
        "max_position_embeddings": 128,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "pad_token_id": 0,
    }
    whole = {"model_type": model_type, **sizes, **config}
    # A config class changes what it is given.
    whole = {key: copy.deepcopy(value) for key, value in whole.items() if value is not LEFT_OUT}
    spelling = "new"
    if architecture:
        spelling = "old"
        whole = {"architectures": [architecture], "transformers_version": "4.46.0", **whole}
    return {"weights": weights, "spelling": spelling, "config": whole, "mistakes": [], "own_mistakes": mistakes, **more}


LEFT_OUT = object()
BIASES = (r"(?<!norm)(?<!ln_[12f])\.bias$", 0)
NORM_BIASES = (r"(norm|ln_[12f])\.bias$", 0)
NORMS = (r"(norm|ln_[12f])\.weight$", 1)
GPT2 = {
    "hidden_size": LEFT_OUT,
    "intermediate_size": LEFT_OUT,
    "num_hidden_layers": LEFT_OUT,
    "num_attention_heads": LEFT_OUT,
    "max_position_embeddings": LEFT_OUT,
    "n_embd": 32,
    "n_layer": 2,
    "n_head": 4,
    "n_positions": 128,
}
FALCON = {"intermediate_size": LEFT_OUT, "max_position_embeddings": LEFT_OUT}
EXPERTS = {"num_experts": 5, "num_experts_per_tok": 2, "moe_intermediate_size": 16}

CASES = {
    "gemma": case(
        "gemma",
        {"num_key_value_heads": 2, "head_dim": 16, "hidden_act": "gelu", "rope_theta": 1000.0, "rms_norm_eps": 1e-6},
        {"norms": NORMS, "theta": {"rope_parameters": {**DEFAULT_ROPE, "rope_theta": 2000.0}}},
        architecture="GemmaForCausalLM",
    ),
    "gemma-bias": case(
        "gemma",
        {"num_key_value_heads": 1, "head_dim": 8, "attention_bias": True, "rms_norm_eps": 0.1, "tie_word_embeddings": False, "rope_parameters": DEFAULT_ROPE},
        {"norms": NORMS, "biases": BIASES, "epsilon": {"rms_norm_eps": 1e-6}, "activation": {"hidden_act": "silu"}},
        weights="F16",
    ),
    "gemma2": case(
        "gemma2",
        {
            "num_key_value_heads": 2,
            "head_dim": 16,
            "hidden_act": "gelu_pytorch_tanh",
            "hidden_activation": "gelu_pytorch_tanh",
            "sliding_window": 16,
            "query_pre_attn_scalar": 24,
            "attn_logit_softcapping": 2.0,
            "final_logit_softcapping": 5.0,
            "rope_theta": 1000.0,
            "rms_norm_eps": 1e-6,
            "num_hidden_layers": 3,
        },
        {
            "norms": NORMS,
            "scale": {"query_pre_attn_scalar": 16},
            "attention cap": {"attn_logit_softcapping": None},
            "logit cap": {"final_logit_softcapping": None},
            "window": {"layer_types": ["full_attention"] * 3},
        },
        architecture="Gemma2ForCausalLM",
    ),
    "gemma2-bias": case(
        "gemma2",
        {
            "num_key_value_heads": 4,
            "head_dim": 8,
            "attention_bias": True,
            "layer_types": ["full_attention", "sliding_attention"],
            "sliding_window": 8,
            "attn_logit_softcapping": None,
            "final_logit_softcapping": None,
            "rope_parameters": DEFAULT_ROPE,
            "tie_word_embeddings": False,
        },
        {"norms": NORMS, "biases": BIASES, "scale": {"query_pre_attn_scalar": 8}, "window": {"layer_types": ["sliding_attention", "full_attention"]}},
    ),
    "gemma3": case(
        "gemma3_text",
        {
            "num_key_value_heads": 2,
            "head_dim": 16,
            "hidden_activation": "gelu_pytorch_tanh",
            "num_hidden_layers": 4,
            "sliding_window": 16,
            "sliding_window_pattern": 2,
            "query_pre_attn_scalar": 24,
            "rope_theta": 100000.0,
            "rope_local_base_freq": 100.0,
            "rope_scaling": {"rope_type": "linear", "factor": 4.0},
            "attn_logit_softcapping": None,
            "final_logit_softcapping": None,
            "rms_norm_eps": 1e-6,
            "intermediate_size": 32,
        },
        {
            "norms": NORMS,
            "scale": {"query_pre_attn_scalar": 16},
            "window": {"layer_types": ["full_attention"] * 4},
            "one rope": {"rope_parameters": {kind: {"rope_type": "default", "rope_theta": 100.0} for kind in ("full_attention", "sliding_attention")}},
        },
        architecture="Gemma3ForCausalLM",
    ),
    "gemma3-caps": case(
        "gemma3_text",
        {
            "num_key_value_heads": 1,
            "head_dim": 8,
            "attention_bias": True,
            "sliding_window": 8,
            "layer_types": ["sliding_attention", "full_attention"],
            "attn_logit_softcapping": 3.0,
            "final_logit_softcapping": 6.0,
            "tie_word_embeddings": False,
        },
        # transformers does not use attn_logit_softcapping here.
        {"norms": NORMS, "biases": BIASES, "logit cap": {"final_logit_softcapping": None}},
    ),
    "phi3": case(
        "phi3",
        {"num_key_value_heads": 2, "sliding_window": 16, "rope_theta": 1000.0, "rope_scaling": None, "rms_norm_eps": 1e-5},
        {"norms": NORMS, "window": {"sliding_window": None}},
        architecture="Phi3ForCausalLM",
    ),
    "phi3-partial": case(
        "phi3",
        {"partial_rotary_factor": 0.5, "num_attention_heads": 2, "num_key_value_heads": 2, "tie_word_embeddings": True, "hidden_act": "gelu"},
        {"norms": NORMS, "partial": {"rope_parameters": {"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 1.0}}},
        architecture="Phi3ForCausalLM",
    ),
    "phi3-longrope": case(
        "phi3",
        {
            "num_attention_heads": 2,
            "num_key_value_heads": 1,
            "partial_rotary_factor": 0.5,
            "rope_theta": 1000.0,
            "rope_scaling": {"type": "longrope", "short_factor": [1.0, 1.2, 1.5, 2.0], "long_factor": [1.0, 3.0, 9.0, 20.0]},
            "original_max_position_embeddings": 64,
        },
        {
            "norms": NORMS,
            "no scaling": {"rope_parameters": {"rope_type": "default", "rope_theta": 1000.0, "partial_rotary_factor": 0.5}},
            "short factors only": {
                "rope_parameters": {
                    "rope_type": "longrope",
                    "rope_theta": 1000.0,
                    "partial_rotary_factor": 0.5,
                    "short_factor": [1.0, 1.2, 1.5, 2.0],
                    "long_factor": [1.0, 1.2, 1.5, 2.0],
                    "original_max_position_embeddings": 64,
                }
            },
        },
        architecture="Phi3ForCausalLM",
    ),
    "gpt-neox": case(
        "gpt_neox",
        {"rotary_pct": 0.5, "rotary_emb_base": 1000, "hidden_act": "gelu", "layer_norm_eps": 1e-5, "use_parallel_residual": True, "hidden_size": 48, "vocab_size": 136},
        {"norms": NORMS, "norm biases": NORM_BIASES, "biases": BIASES, "sequential": {"use_parallel_residual": False}},
        architecture="GPTNeoXForCausalLM",
        extra=lambda tensors: {
            f"gpt_neox.layers.{layer}.attention.bias": torch.ones(1, 1, 8, 8, dtype=torch.float16) for layer in range(2)
        },
    ),
    "gpt-neox-sequential": case(
        "gpt_neox",
        {
            "use_parallel_residual": False,
            "attention_bias": False,
            "tie_word_embeddings": True,
            "hidden_act": "gelu_fast",
            "rope_parameters": {**DEFAULT_ROPE, "partial_rotary_factor": 0.25},
            "hidden_size": 32,
            "num_attention_heads": 2,
        },
        {"norms": NORMS, "biases": BIASES, "parallel": {"use_parallel_residual": True}},
    ),
    "opt": case(
        "opt",
        {"ffn_dim": 48, "intermediate_size": LEFT_OUT, "activation_function": "relu", "word_embed_proj_dim": 32, "do_layer_norm_before": True},
        {"norms": NORMS, "norm biases": NORM_BIASES, "biases": BIASES, "positions": (r"embed_positions", 0)},
        architecture="OPTForCausalLM",
    ),
    "opt-plain": case(
        "opt",
        {"ffn_dim": 64, "intermediate_size": LEFT_OUT, "activation_function": "gelu", "enable_bias": False, "layer_norm_elementwise_affine": False, "tie_word_embeddings": False, "head_dim": LEFT_OUT, "num_attention_heads": 2},
        {"positions": (r"embed_positions", 0), "activation": {"activation_function": "relu"}},
    ),
    "opt-350m": case(
        "opt",
        {"ffn_dim": 48, "intermediate_size": LEFT_OUT, "activation_function": "relu", "word_embed_proj_dim": 20, "do_layer_norm_before": False},
        {
            "norms": NORMS,
            "norm biases": NORM_BIASES,
            "biases": BIASES,
            "norms before": {"do_layer_norm_before": True},
            "projection": (r"project_in", 0.01),
            "projection of the head": (r"project_out", 0.01),
        },
        architecture="OPTForCausalLM",
    ),
    "opt-narrow": case(
        "opt",
        {
            "ffn_dim": 8,
            "intermediate_size": LEFT_OUT,
            "word_embed_proj_dim": 4,
            "_remove_final_layer_norm": True,
            "tie_word_embeddings": False,
        },
        {"norms": NORMS, "biases": BIASES},
        weights="F16",
    ),
    "olmo": case(
        "olmo",
        {"num_key_value_heads": 2, "clip_qkv": 1.0, "rope_theta": 1000.0, "attention_bias": False},
        {"clip": {"clip_qkv": None}},
        architecture="OlmoForCausalLM",
    ),
    "olmo-bias": case(
        "olmo",
        {"attention_bias": True, "tie_word_embeddings": True, "rope_parameters": DEFAULT_ROPE},
        {"biases": BIASES},
    ),
    "olmo2": case(
        "olmo2",
        {"num_key_value_heads": 2, "rope_theta": 1000.0, "rms_norm_eps": 1e-6},
        {"norms": NORMS},
        architecture="Olmo2ForCausalLM",
    ),
    "olmo2-bias": case(
        "olmo2",
        {"attention_bias": True, "tie_word_embeddings": True, "rope_parameters": DEFAULT_ROPE, "rms_norm_eps": 1e-2},
        {"norms": NORMS, "biases": BIASES, "epsilon": {"rms_norm_eps": 1e-6}},
        weights="F16",
    ),
    "olmo3": case(
        "olmo3",
        {
            "num_key_value_heads": 2,
            "num_hidden_layers": 4,
            "sliding_window": 16,
            "rope_theta": 1000.0,
            "rope_scaling": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32, "attention_factor": 1.2},
            "intermediate_size": 32,
        },
        {
            "norms": NORMS,
            "window": {"layer_types": ["full_attention"] * 4},
            "no yarn": {"rope_parameters": {kind: {"rope_type": "default", "rope_theta": 1000.0} for kind in ("full_attention", "sliding_attention")}},
        },
        architecture="Olmo3ForCausalLM",
    ),
    "olmo3-bias": case(
        "olmo3",
        {"attention_bias": True, "sliding_window": 8, "layer_types": ["full_attention", "sliding_attention"], "tie_word_embeddings": True},
        {"norms": NORMS, "biases": BIASES, "window": {"sliding_window": 100}},
    ),
    "granite": case(
        "granite",
        {
            "num_key_value_heads": 2,
            "embedding_multiplier": 3.0,
            "logits_scaling": 1.5,
            "residual_multiplier": 0.5,
            "attention_multiplier": 0.2,
            "rope_theta": 1000.0,
            "rms_norm_eps": 1e-5,
            "tie_word_embeddings": True,
        },
        {
            "norms": NORMS,
            "embedding": {"embedding_multiplier": 1.0},
            "logits": {"logits_scaling": 1.0},
            "residual": {"residual_multiplier": 1.0},
            "attention": {"attention_multiplier": 0.35},
        },
        architecture="GraniteForCausalLM",
    ),
    "granite-bias": case(
        "granite",
        {"attention_bias": True, "mlp_bias": True, "attention_multiplier": 0.125, "rope_parameters": DEFAULT_ROPE},
        {"norms": NORMS, "biases": BIASES},
    ),
    "gpt2": case(
        "gpt2",
        {**GPT2, "n_inner": None, "activation_function": "gelu_new", "n_ctx": 128},
        {"norms": NORMS, "norm biases": NORM_BIASES, "biases": BIASES, "positions": (r"wpe", 0)},
        architecture="GPT2LMHeadModel",
        extra=lambda tensors: {f"transformer.h.{layer}.attn.bias": torch.ones(1, 1, 8, 8) for layer in range(2)},
    ),
    "gpt2-inner": case(
        "gpt2",
        {**GPT2, "n_inner": 48, "activation_function": "relu", "scale_attn_weights": False, "tie_word_embeddings": False, "layer_norm_epsilon": 0.1},
        {"scale": {"scale_attn_weights": True}, "epsilon": {"layer_norm_epsilon": 1e-5}},
        weights="F16",
    ),
    "gpt2-inverse": case(
        "gpt2",
        {**GPT2, "n_layer": 3, "n_inner": 32, "scale_attn_by_inverse_layer_idx": True},
        {"scale": {"scale_attn_by_inverse_layer_idx": False}},
    ),
    "phi": case(
        "phi",
        {"partial_rotary_factor": 0.4, "hidden_size": 40, "num_attention_heads": 2, "rope_theta": 1000.0, "hidden_act": "gelu_new", "qk_layernorm": False, "num_key_value_heads": None, "layer_norm_eps": 1e-5},
        {"norms": NORMS, "norm biases": NORM_BIASES, "biases": BIASES, "head bias": (r"lm_head\.bias", 0)},
        architecture="PhiForCausalLM",
    ),
    "phi-norms": case(
        "phi",
        {"num_key_value_heads": 2, "qk_layernorm": True, "rope_parameters": DEFAULT_ROPE},
        {"norms": NORMS, "norm biases": NORM_BIASES, "query norms": (r"q_layernorm", 1)},
    ),
    "stablelm": case(
        "stablelm",
        {"num_key_value_heads": 2, "partial_rotary_factor": 0.5, "use_qkv_bias": True, "rope_theta": 1000.0, "layer_norm_eps": 1e-5, "use_parallel_residual": False},
        {"norms": NORMS, "norm biases": NORM_BIASES, "biases": BIASES},
        architecture="StableLmForCausalLM",
    ),
    "stablelm-parallel": case(
        "stablelm",
        {"num_key_value_heads": 2, "qk_layernorm": True, "use_parallel_residual": True, "tie_word_embeddings": True, "rope_parameters": DEFAULT_ROPE},
        {"norms": NORMS, "query norms": (r"q_layernorm", 1)},
    ),
    "starcoder2": case(
        "starcoder2",
        {"num_key_value_heads": 2, "sliding_window": 16, "use_bias": True, "rope_theta": 1000.0, "norm_epsilon": 1e-5, "hidden_act": "gelu_pytorch_tanh"},
        {"norms": NORMS, "norm biases": NORM_BIASES, "biases": BIASES, "window": {"sliding_window": None}},
        architecture="Starcoder2ForCausalLM",
    ),
    "starcoder2-plain": case(
        "starcoder2",
        {"num_key_value_heads": 4, "use_bias": False, "tie_word_embeddings": False, "norm_epsilon": 1e-2},
        {"norms": NORMS, "epsilon": {"norm_epsilon": 1e-5}},
    ),
    "smollm3": case(
        "smollm3",
        {"num_key_value_heads": 2, "num_hidden_layers": 4, "rope_theta": 1000.0, "rms_norm_eps": 1e-6, "no_rope_layers": [1, 1, 0, 1], "intermediate_size": 32},
        {"norms": NORMS, "rope": {"no_rope_layers": [1, 1, 1, 1]}},
        architecture="SmolLM3ForCausalLM",
    ),
    "smollm3-window": case(
        "smollm3",
        {"num_key_value_heads": 2, "no_rope_layer_interval": 2, "use_sliding_window": True, "sliding_window": 16, "attention_bias": True, "mlp_bias": True, "tie_word_embeddings": False},
        {"norms": NORMS, "biases": BIASES, "rope": {"no_rope_layers": [1, 1]}, "window": {"layer_types": ["full_attention"] * 2}},
    ),
    "cohere": case(
        "cohere",
        {"num_key_value_heads": 2, "logit_scale": 0.25, "rope_theta": 1000.0, "layer_norm_eps": 1e-5, "use_qk_norm": False},
        {"norms": NORMS, "logit scale": {"logit_scale": 1.0}},
        architecture="CohereForCausalLM",
    ),
    "cohere-norms": case(
        "cohere",
        {"num_key_value_heads": 2, "logit_scale": 1.0, "use_qk_norm": True, "attention_bias": True, "tie_word_embeddings": False, "rope_parameters": DEFAULT_ROPE},
        {"norms": NORMS, "biases": BIASES, "query norms": (r"q_norm", 1)},
    ),
    "falcon-7b": case(
        "falcon",
        {**FALCON, "multi_query": True, "parallel_attn": True, "new_decoder_architecture": False, "bias": False, "layer_norm_epsilon": 1e-5},
        {"norms": NORMS, "norm biases": NORM_BIASES},
        architecture="FalconForCausalLM",
    ),
    "falcon-40b": case(
        "falcon",
        {**FALCON, "new_decoder_architecture": True, "num_kv_heads": 2, "bias": True, "ffn_hidden_size": 48, "tie_word_embeddings": False, "activation": "gelu", "rope_parameters": DEFAULT_ROPE, "max_position_embeddings": 128},
        {"norms": NORMS, "biases": BIASES},
    ),
    "falcon-11b": case(
        "falcon",
        {**FALCON, "new_decoder_architecture": True, "num_kv_heads": 4, "num_ln_in_parallel_attn": 1, "ffn_hidden_size": 48, "max_position_embeddings": 128},
        {"norms": NORMS},
    ),
    "falcon-rw": case(
        "falcon",
        {**FALCON, "alibi": True, "multi_query": False, "parallel_attn": False, "bias": True, "num_attention_heads": 6, "hidden_size": 48, "ffn_hidden_size": 40},
        {"norms": NORMS, "biases": BIASES, "no alibi": {"alibi": False}},
        architecture="FalconForCausalLM",
    ),
    "mixtral": case(
        "mixtral",
        {"num_key_value_heads": 2, "num_local_experts": 4, "num_experts_per_tok": 2, "intermediate_size": 24, "rope_theta": 1000.0, "rms_norm_eps": 1e-5, "sliding_window": None},
        {"norms": NORMS, "three experts": {"num_experts_per_tok": 3}},
        architecture="MixtralForCausalLM",
    ),
    "mixtral-window": case(
        "mixtral",
        {"num_key_value_heads": 4, "num_local_experts": 3, "num_experts_per_tok": 1, "intermediate_size": 24, "sliding_window": 16, "head_dim": 16, "tie_word_embeddings": True, "rope_parameters": DEFAULT_ROPE},
        {"norms": NORMS, "window": {"sliding_window": None}},
    ),
    "qwen3-moe": case(
        "qwen3_moe",
        {**EXPERTS, "num_key_value_heads": 2, "head_dim": 16, "norm_topk_prob": True, "decoder_sparse_step": 1, "mlp_only_layers": [], "rope_theta": 1000.0, "rms_norm_eps": 1e-6},
        {"norms": NORMS, "not normalized": {"norm_topk_prob": False}},
        architecture="Qwen3MoeForCausalLM",
    ),
    "qwen3-moe-dense": case(
        "qwen3_moe",
        {**EXPERTS, "num_key_value_heads": 2, "num_hidden_layers": 3, "decoder_sparse_step": 2, "attention_bias": True, "use_sliding_window": True, "sliding_window": 16, "tie_word_embeddings": True, "rope_parameters": DEFAULT_ROPE},
        {"norms": NORMS, "biases": BIASES, "normalized": {"norm_topk_prob": True}, "window": {"sliding_window": None}},
    ),
    "qwen2-moe": case(
        "qwen2_moe",
        {**EXPERTS, "num_key_value_heads": 2, "shared_expert_intermediate_size": 16, "rope_theta": 1000.0, "rms_norm_eps": 1e-6, "use_sliding_window": False},
        {"norms": NORMS, "biases": BIASES, "shared gate": (r"shared_expert_gate", 0), "normalized": {"norm_topk_prob": True}},
        architecture="Qwen2MoeForCausalLM",
    ),
    "qwen2-moe-dense": case(
        "qwen2_moe",
        {
            **EXPERTS,
            "num_key_value_heads": 4,
            "num_hidden_layers": 3,
            "mlp_only_layers": [1],
            "shared_expert_intermediate_size": 16,
            "norm_topk_prob": True,
            "qkv_bias": False,
            "use_sliding_window": True,
            "sliding_window": 16,
            "max_window_layers": 2,
            "tie_word_embeddings": True,
            "rope_parameters": DEFAULT_ROPE,
        },
        {"norms": NORMS, "window": {"layer_types": ["full_attention"] * 3}},
    ),
    "olmoe": case(
        "olmoe",
        {"num_key_value_heads": 2, "num_experts": 6, "num_experts_per_tok": 3, "intermediate_size": 24, "clip_qkv": 1.0, "rope_theta": 1000.0, "norm_topk_prob": False},
        {"norms": NORMS, "clip": {"clip_qkv": None}, "normalized": {"norm_topk_prob": True}},
        architecture="OlmoeForCausalLM",
    ),
    "olmoe-bias": case(
        "olmoe",
        {"num_experts": 4, "num_experts_per_tok": 2, "intermediate_size": 24, "attention_bias": True, "norm_topk_prob": True, "tie_word_embeddings": True, "rope_parameters": DEFAULT_ROPE},
        {"norms": NORMS, "biases": BIASES},
    ),
}


# ---- families without a class in transformers: Llama's class computes them, with weights under their names ----


class Remote:
    """A checkpoint whose class is code on the hub, computed by Llama's class."""

    def __init__(self, stored_config, llama_config, to_llama, alibi=False, normalized_head=False):
        self.stored_config = stored_config
        self.llama_config = llama_config
        self.to_llama = to_llama
        self.alibi = alibi
        self.normalized_head = normalized_head


def alibi_slopes(heads):
    """`_get_interleave` of modeling_baichuan.py."""

    def power_of_2(count):
        start = 2 ** (-(2 ** -(math.log2(count) - 3)))
        return [start * start**index for index in range(count)]

    if math.log2(heads).is_integer():
        return power_of_2(heads)
    closest = 2 ** math.floor(math.log2(heads))
    return power_of_2(closest) + alibi_slopes(2 * closest)[0::2][: heads - closest]


def internlm2_to_llama(tensors, config):
    """wqkv: `rearrange(qkv, 'b q (h gs d) -> b q h gs d', gs=2 + groups)`; the last two of gs are key and value."""
    heads, groups = config["num_attention_heads"], config["num_key_value_heads"]
    size = config["hidden_size"] // heads
    named = {}
    for name, value in tensors.items():
        if "attention.wqkv" in name:
            rows = value.reshape(groups, heads // groups + 2, size, *value.shape[1:])
            for part, taken in (("q", rows[:, :-2]), ("k", rows[:, -2]), ("v", rows[:, -1])):
                named[name.replace("attention.wqkv", f"self_attn.{part}_proj")] = taken.reshape(-1, *value.shape[1:])
            continue
        for old, new in (
            ("attention.wo", "self_attn.o_proj"),
            ("feed_forward.w1", "mlp.gate_proj"),
            ("feed_forward.w3", "mlp.up_proj"),
            ("feed_forward.w2", "mlp.down_proj"),
            ("attention_norm", "input_layernorm"),
            ("ffn_norm", "post_attention_layernorm"),
            ("tok_embeddings", "embed_tokens"),
        ):
            name = name.replace(old, new)
        named["lm_head.weight" if name == "output.weight" else name] = value
    return named


def baichuan_to_llama(tensors, config):
    """W_pack: `unflatten(-1, (3, hidden_size))`."""
    named = {}
    for name, value in tensors.items():
        if "W_pack" in name:
            for part, rows in zip("qkv", value.chunk(3)):
                named[name.replace("W_pack", f"{part}_proj")] = rows
        else:
            named[name] = value
    return named


def internlm2(bias, groups, **more):
    stored = {
        "architectures": ["InternLM2ForCausalLM"],
        "auto_map": {"AutoModelForCausalLM": "modeling_internlm2.InternLM2ForCausalLM"},
        "model_type": "internlm2",
        "hidden_size": 32,
        "intermediate_size": 48,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": groups,
        "vocab_size": 128,
        "max_position_embeddings": 128,
        "hidden_act": "silu",
        "rms_norm_eps": 1e-5,
        "bias": bias,
        "rope_theta": 1000.0,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "torch_dtype": "bfloat16",
        **more,
    }
    llama = {**{key: stored[key] for key in SIZES}, "num_key_value_heads": groups, "attention_bias": bias, **{key: stored[key] for key in ROPE if key in stored}}
    return Remote(stored, llama, internlm2_to_llama)


SIZES = ("hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "vocab_size", "rms_norm_eps")
ROPE = ("rope_theta", "rope_scaling")


def baichuan(alibi, **more):
    stored = {
        "architectures": ["BaichuanForCausalLM"],
        "auto_map": {"AutoModelForCausalLM": "modeling_baichuan.BaichuanForCausalLM"},
        "model_type": "baichuan",
        "hidden_size": 32,
        "intermediate_size": 48,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "vocab_size": 128,
        "model_max_length": 128,
        "hidden_act": "silu",
        "rms_norm_eps": 1e-6,
        "tie_word_embeddings": False,
        "z_loss_weight": 0,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "torch_dtype": "bfloat16",
        **({} if alibi else {"max_position_embeddings": 128}),
        **more,
    }
    return Remote(stored, {key: stored[key] for key in SIZES}, baichuan_to_llama, alibi=alibi, normalized_head=True)


REMOTE = {
    "internlm2": internlm2(False, 2),
    "internlm2-bias": internlm2(True, 1, rope_scaling={"type": "dynamic", "factor": 2.0}),
    "baichuan2-7b": baichuan(False),
    "baichuan2-13b": baichuan(True, hidden_size=48, num_attention_heads=6),
}


def from_llama(name, tensors, config):
    """Tensors of a Llama model under the names of the stored one."""
    kind = config["model_type"]
    stored = {}
    for key, value in tensors.items():
        if kind == "internlm2":
            for old, new in (
                ("self_attn.o_proj", "attention.wo"),
                ("mlp.gate_proj", "feed_forward.w1"),
                ("mlp.up_proj", "feed_forward.w3"),
                ("mlp.down_proj", "feed_forward.w2"),
                ("input_layernorm", "attention_norm"),
                ("post_attention_layernorm", "ffn_norm"),
                ("embed_tokens", "tok_embeddings"),
                ("lm_head", "output"),
            ):
                key = key.replace(old, new)
        stored[key] = value
    fused = "attention.wqkv" if kind == "internlm2" else "self_attn.W_pack"
    for layer in range(config["num_hidden_layers"]):
        for part in ("weight", "bias"):
            names = [f"model.layers.{layer}.self_attn.{letter}_proj.{part}" for letter in "qkv"]
            if names[0] not in stored:
                continue
            q, k, v = (stored.pop(each) for each in names)
            if kind == "internlm2":
                heads, groups = config["num_attention_heads"], config["num_key_value_heads"]
                size = config["hidden_size"] // heads
                split = lambda value, each: value.reshape(groups, each, size, *value.shape[1:])
                whole = torch.cat([split(q, heads // groups), split(k, 1), split(v, 1)], dim=1).reshape(-1, *q.shape[1:])
            else:
                whole = torch.cat([q, k, v])
            stored[f"model.layers.{layer}.{fused}.{part}"] = whole
    return stored


class RemoteModel(torch.nn.Module):
    """Llama with what the remote code computes differently."""

    def __init__(self, remote, tensors, dtype):
        super().__init__()
        self.config = LlamaConfig(**remote.llama_config, max_position_embeddings=128)
        self.llama = LlamaForCausalLM._from_config(self.config, attn_implementation="eager")
        named = remote.to_llama(tensors, remote.stored_config)
        self.llama.load_state_dict(named)
        self.llama.to(dtype).eval()
        if remote.normalized_head:
            weight = self.llama.lm_head.weight
            weight.data = torch.nn.functional.normalize(weight.data)
        self.slopes = alibi_slopes(self.config.num_attention_heads) if remote.alibi else None

    def forward(self, tokens, **options):
        options["use_cache"] = False
        if self.slopes is None:
            return self.llama(tokens, **options)
        dtype = self.llama.lm_head.weight.dtype
        length = tokens.shape[1]
        biases = torch.tensor(self.slopes, dtype=dtype)[:, None, None] * torch.arange(length, dtype=dtype)
        hidden = torch.full((length, length), float("-inf"), dtype=dtype).triu(1)
        size = self.config.hidden_size // self.config.num_attention_heads
        flat = (torch.ones(1, length, size, dtype=dtype), torch.zeros(1, length, size, dtype=dtype))
        self.llama.model.rotary_emb.forward = lambda *_, **__: flat
        return self.llama(tokens, attention_mask=(hidden + biases)[None], **options)
