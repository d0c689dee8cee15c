/** A card of a made-up pruned model, right in all that can be checked but what its tests change. */
export const CARD = `---
license: apache-2.0 # as the base's
base_model: example/base-9b
tags:
- laco
model-index:
- name: Example
  results:
  - task:
      type: text-generation
    dataset:
      name: PIQA
      type: piqa
    metrics:
    - type: accuracy_norm
      value: 65.67
      name: Accuracy (Normalized)
  - task:
      type: text-generation
    dataset:
      name: BoolQ
      type: boolq
    metrics:
    - type: accuracy
      value: 65.02
language: # last, and kept
- en
---

# Example, pruned

## Model Summary

| Attribute | Value |
|---|---|
| **Original Layers** | 36 |
| **Pruned Layers** | 26 |
| **Layers Removed** | 10 |
| **Compression** | 27.8% |

| Use Case | Status |
|---|---|
| Physical reasoning | ✅ Good (82.6% retained) |
| Reading | ✅ Good (78.3% retained) |

## Pruning

| Parameter | Value | Description |
|---|---|---|
| MERGE_LAYERS (C) | 3 | Layers |
| LOWEST_LAY (L) | 4 | Minimum |
| HIGHEST_LAY (H) | 28 | Maximum |
| INTERVAL (I) | 2 | Gap |
| THRESHOLD (T) | 0.85 | Cosine |
| MAX_COMPRESSION | 30% | Share |

| Metric | Value |
|---|---|
| Successful Merges | 5 |
| Rejected Merges | 0 |
| Total Iterations | 6 |
| Final Compression | 27.8% |

## Similarity

| Metric | Value |
|---|---|
| Average | 0.9600 |
| Min | 0.9500 |
| Max | 0.9700 |

Individual similarities: \`[0.9500, 0.9600, 0.9700]\`

## Perplexity on WikiText

The perplexity is of words of WikiText.

| Model | Perplexity | Ratio |
|---|---|---|
| Original | 26.19 | 1.00× |
| Pruned | 71.48 | **2.73×** |

## Results

| Benchmark | Original | Pruned | Retention | Status |
|---|---|---|---|---|
| **PIQA** | 79.54% | 65.67% | 82.6% | ✅ Good |
| **BoolQ** | 83.09% | 65.02% | 78.3% | ✅ Good |

Closing words.
`

/** config.json of a small model of 26 layers. */
export const CONFIG = {
  architectures: ['Qwen2ForCausalLM'],
  hidden_size: 64,
  num_hidden_layers: 26,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  intermediate_size: 96,
  vocab_size: 1000,
  max_position_embeddings: 128,
  rms_norm_eps: 1e-6,
}
