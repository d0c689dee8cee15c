"""Trains the built-in model on the text of scripts/make-demo-world.ts and writes it as a Hugging Face checkpoint.

    pip install torch==2.13.0 transformers==5.23.0 tokenizers safetensors
    node --import ./scripts/typescript.js scripts/make-demo-world.ts demo corpus.jsonl
    python scripts/train-demo-model.py --corpus corpus.jsonl --out demo/model

The model is transformers' own Qwen3, so what is trained is what any reader of the checkpoint computes. One pass over the documents in
their order, which runs from easy to hard; each document sees itself only, as a prompt does. Seeded; threads and the processor's instructions
change rounding, so another machine gives weights of the same quality, not of the same bytes. demo/model/training-log.txt is what this
printed when it made the weights that ship.
"""
import argparse
import collections
import json
import pathlib
import time

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import Qwen3Config, Qwen3ForCausalLM

SEED = 6
END = "<|endoftext|>"
WINDOW = 256
BATCH = 16
ANSWER_WEIGHT = 5.0  # of the loss of the text after `Answer:` or `That is`, a word or a sentence
ASKING_WEIGHT = 0.05  # of all else in a document that has answers: what is asked cannot be foreseen; a document without answers weighs 1
PEAK_RATE = 2e-3
WARM_UP = 100
HEAD_SIZE = 32
# Of heads that begin by looking back: rotary pairs used, the constant's weight (random ones are 0.02), and the initial scale of norms, which
# makes attention sharp.
LOOK_BACK_PAIRS, LOOK_BACK_SIZE, LOOK_BACK_SHARPNESS = 4, 0.3, 2.0


def train_tokenizer(texts, vocabulary):
    """A byte-level BPE tokenizer; frequent words become one token."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary, special_tokens=[END], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def weigh(ids, leads, breaks):
    """Loss weights of a document's tokens: an answer is between two tokens that lead to it and a break."""
    starts = [place for place in range(len(ids) - 1) if (ids[place], ids[place + 1]) in leads]
    weights = [ASKING_WEIGHT if starts else 1.0] * len(ids)
    for start in starts:
        end = start + 2
        while end < len(ids) and ids[end] not in breaks:
            end += 1
        # A word is worth as much as a sentence.
        weights[start + 2 : end] = [ANSWER_WEIGHT / (end - start - 2)] * (end - start - 2)
    return weights


def pack(documents, end, weigh_document):
    """Rows of WINDOW + 1 tokens and their weights: each begins with a document and is filled with the next ones; what is too long is cut."""
    rows, row_weights, row, weights = [], [], [], []
    for document in documents:
        row += [*document, end]
        weights += [*weigh_document(document), ASKING_WEIGHT]
        if len(row) > WINDOW:
            rows.append(row[: WINDOW + 1])
            row_weights.append(weights[1 : WINDOW + 1])
            row, weights = [], []
    return torch.tensor(rows, dtype=torch.int32), torch.tensor(row_weights, dtype=torch.float16)


def alone(inputs, end):
    """Each document by itself: which tokens see which, [batch, 1, queries, keys], and positions that begin anew. A document ends with its end token."""
    after_end = torch.zeros_like(inputs)
    after_end[:, 1:] = (inputs[:, :-1] == end).long()
    document = after_end.cumsum(1)
    positions = torch.arange(inputs.shape[1]).expand_as(inputs)
    starts = torch.where(after_end.bool(), positions, 0).cummax(1).values
    causal = torch.ones(inputs.shape[1], inputs.shape[1], dtype=torch.bool).tril()
    return (causal & (document[:, :, None] == document[:, None, :]))[:, None], positions - starts


def look_back(model, heads):
    """The first query heads of the first layer begin by attending one place back, two, and so on, instead of anywhere.

    Which letter precedes a word of a list is learnt by heads that find the word through heads that look back; from random weights the
    latter are found late or never. Embeddings share a component, keys are that component's constant, and a query rotates it by that number of positions.
    """
    frequencies = model.config.rope_parameters["rope_theta"] ** (-torch.arange(LOOK_BACK_PAIRS) / (HEAD_SIZE / 2))
    cosines, sines = slice(0, LOOK_BACK_PAIRS), slice(HEAD_SIZE // 2, HEAD_SIZE // 2 + LOOK_BACK_PAIRS)
    with torch.no_grad():
        embeddings = model.model.embed_tokens.weight
        embeddings[:, 0] = embeddings.std() * embeddings.shape[1] ** 0.5
        attention = model.model.layers[0].self_attn
        queries = attention.q_proj.weight.unflatten(0, (-1, HEAD_SIZE))
        keys = attention.k_proj.weight.unflatten(0, (-1, HEAD_SIZE))
        for head in range(heads):
            group = head * len(keys) // len(queries)
            keys[group, :, 0] = queries[head, :, 0] = 0
            keys[group, cosines, 0] = LOOK_BACK_SIZE
            queries[head, cosines, 0] = LOOK_BACK_SIZE * torch.cos(-(head + 1) * frequencies)
            queries[head, sines, 0] = LOOK_BACK_SIZE * torch.sin(-(head + 1) * frequencies)
        for norm in (attention.q_norm, attention.k_norm):
            norm.weight[cosines] = norm.weight[sines] = LOOK_BACK_SHARPNESS


def rate_at(progress, step):
    """Share of the peak rate: warm-up, then constant for three tenths of the training, then linear to zero."""
    return min(1.0, (step + 1) / WARM_UP) * min(1.0, max(0.0, (1 - progress) / 0.7))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--layers", type=int, default=14)
    parser.add_argument("--width", type=int, default=160)
    parser.add_argument("--feed-forward", type=int, default=256)
    parser.add_argument("--heads", type=int, default=8)
    parser.add_argument("--key-value-heads", type=int, default=4)
    parser.add_argument("--look-back", type=int, default=6, help="heads of the first layer that begin by looking back")
    parser.add_argument("--vocabulary", type=int, default=2304)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, help="stop after this number of batches, for measurements")
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(arguments.threads)

    with arguments.corpus.open() as lines:
        texts = [json.loads(line) for line in lines]
    tokenizer = train_tokenizer(texts[:: max(1, len(texts) // 20000)], arguments.vocabulary)
    end = tokenizer.token_to_id(END)
    encoded = (encoding.ids for start in range(0, len(texts), 1000) for encoding in tokenizer.encode_batch(texts[start : start + 1000]))
    leads = {tuple(tokenizer.encode(text).ids) for text in ("Answer:", "That is")}
    breaks = {ids[0] for ids in (tokenizer.encode(text).ids for text in ("\n", "\n\n", ".")) if len(ids) == 1} | {end}
    rows, weights = pack(encoded, end, lambda ids: weigh(ids, leads, breaks))
    steps = len(rows) // BATCH
    print(f"{len(texts):,} documents, {rows.numel():,} tokens, {steps:,} batches of {BATCH} x {WINDOW}", flush=True)

    config = Qwen3Config(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=arguments.width,
        intermediate_size=arguments.feed_forward,
        num_hidden_layers=arguments.layers,
        num_attention_heads=arguments.heads,
        num_key_value_heads=arguments.key_value_heads,
        head_dim=HEAD_SIZE,
        max_position_embeddings=WINDOW,
        tie_word_embeddings=True,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0},
        initializer_range=0.02,
        bos_token_id=None,
        eos_token_id=end,
        pad_token_id=None,
        use_cache=False,
        attn_implementation="sdpa",
    )
    model = Qwen3ForCausalLM(config)
    look_back(model, arguments.look_back)
    print(f"{sum(p.numel() for p in model.parameters()):,} parameters", flush=True)
    matrices = [p for name, p in model.named_parameters() if p.ndim == 2 and "embed" not in name]
    others = [p for p in model.parameters() if all(p is not matrix for matrix in matrices)]
    optimizers = [
        torch.optim.AdamW(others, lr=PEAK_RATE, betas=(0.9, 0.98), weight_decay=0.05),
        torch.optim.Muon(matrices, lr=PEAK_RATE, weight_decay=0.05, adjust_lr_fn="match_rms_adamw"),
    ]
    words = {"letters": "ABCD", "yes or no": ("yes", "no")}
    forms = {name: torch.tensor([tokenizer.encode(f" {word}").ids[0] for word in group]) for name, group in words.items()}

    def loss_of(inputs, targets, weight):
        mask, positions = alone(inputs, end)
        logits = model(input_ids=inputs, attention_mask=mask, position_ids=positions).logits
        losses = torch.nn.functional.cross_entropy(logits.float().flatten(0, 1), targets.flatten(), reduction="none")
        return (losses * weight.flatten()).sum() / weight.sum(), losses.detach()

    started, since, log = time.time(), time.time(), collections.defaultdict(list)
    for step in range(min(steps, arguments.steps or steps)):
        batch = rows[step * BATCH : (step + 1) * BATCH].long()
        weight = weights[step * BATCH : (step + 1) * BATCH].float()
        for group in (group for optimizer in optimizers for group in optimizer.param_groups):
            group["lr"] = PEAK_RATE * rate_at(step / steps, step)
        with torch.autocast("cpu", torch.bfloat16):
            loss, losses = loss_of(batch[:, :-1], batch[:, 1:], weight)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        log["all"].append(losses.mean().item())
        for name, ids in forms.items():
            asked = (weight.flatten() == ANSWER_WEIGHT) & torch.isin(batch[:, 1:].flatten(), ids)
            if asked.any():
                log[name].append(losses[asked].mean().item())
        if (step + 1) % 50 == 0:
            mean = {name: sum(values) / len(values) for name, values in log.items()}
            speed = 50 * BATCH * WINDOW / (time.time() - since)
            means = "  ".join(f"{name} {value:.3f}" for name, value in mean.items())
            print(f"step {step + 1:5d}  {means}  {speed:,.0f} tokens/s  {(time.time() - started) / 60:.1f} min", flush=True)
            since, log = time.time(), collections.defaultdict(list)
        if (step + 1) % 500 == 0 or step + 1 == steps:
            save(model, tokenizer, arguments.out)


def save(model, tokenizer, folder):
    """bf16 weights, config and tokenizer, as transformers writes them."""
    state = {name: tensor.detach().to(torch.bfloat16) for name, tensor in model.state_dict().items() if name != "lm_head.weight"}
    model.save_pretrained(folder, state_dict=state)
    config = json.loads((folder / "config.json").read_text())
    config["dtype"] = "bfloat16"
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": END, "model_max_length": WINDOW, "clean_up_tokenization_spaces": False}, indent=2) + "\n"
    )


if __name__ == "__main__":
    main()
