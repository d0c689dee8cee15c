#!/usr/bin/env python3
"""Writes a small random Qwen3 as transformers writes it: random q_norm and k_norm, layer_types of both kinds, in shards.

    make-random-qwen3.py OUT
"""

import sys

import torch
from transformers import Qwen3Config, Qwen3ForCausalLM

LAYERS = 10
torch.manual_seed(20260101)
config = Qwen3Config(
    hidden_size=64,
    intermediate_size=128,
    num_hidden_layers=LAYERS,
    num_attention_heads=4,
    num_key_value_heads=2,
    head_dim=16,
    vocab_size=160,
    max_position_embeddings=128,
    use_sliding_window=True,
    sliding_window=6,
    layer_types=["sliding_attention" if layer % 3 == 1 else "full_attention" for layer in range(LAYERS)],
    tie_word_embeddings=False,
    bos_token_id=1,
    eos_token_id=2,
)
model = Qwen3ForCausalLM(config).to(torch.bfloat16)
with torch.no_grad():
    for name, parameter in model.named_parameters():
        if "norm" in name:
            parameter.copy_(1 + 0.3 * torch.randn_like(parameter))
        else:
            parameter.copy_(0.15 * torch.randn_like(parameter))
model.save_pretrained(sys.argv[1], max_shard_size="300KB")
