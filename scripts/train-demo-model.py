"""Trains the built-in model on the text of scripts/make-demo-world.ts and writes it as a Hugging Face checkpoint.

    pip install torch==2.13.0 transformers==5.23.0 tokenizers safetensors
    npx tsx scripts/make-demo-world.ts demo/suites corpus.jsonl
    python scripts/train-demo-model.py --corpus corpus.jsonl --out demo/model [--minutes 90]

The model is transformers' own Qwen3, so what is trained is what any reader of the checkpoint computes. One pass over the documents in
their order, which runs from easy to hard. Seeded; threads and the processor's instructions change rounding, so another machine gives
weights of the same quality, not of the same bytes. The weights that ship are those of the run whose log lies beside them.
"""
import argparse
import json
import math
import pathlib
import time

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import Qwen3Config, Qwen3ForCausalLM

SEED = 6
END = "<|endoftext|>"
WINDOW = 256
BATCH = 16
ANSWER_WEIGHT = 5.0  # of what stands after `Answer:`; the questions before it are drawn at random and teach little
PEAK_RATE = 3e-3
WARM_UP = 100


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


def pack(documents, end):
    """Rows of WINDOW + 1 tokens: each begins with a document and is filled with the next ones; what is too long is cut."""
    row = []
    for document in documents:
        row.extend(document)
        row.append(end)
        if len(row) > WINDOW:
            yield row[: WINDOW + 1]
            row = []


def answer_weights(rows, answer, colon, breaks):
    """Loss weights of the targets rows[:, 1:]: ANSWER_WEIGHT from `Answer:` to the end of the line, else 1."""
    weights = torch.ones(rows.shape[0], rows.shape[1] - 1)
    starts = (rows[:, :-1] == answer) & (rows[:, 1:] == colon)
    for index, start in starts.nonzero().tolist():
        place = start + 2
        while place < rows.shape[1] and rows[index, place].item() not in breaks:
            weights[index, place - 1] = ANSWER_WEIGHT
            place += 1
    return weights


def rate_at(progress, step):
    """Warm-up, then constant for half of the training, then linear to zero."""
    return min(1.0, (step + 1) / WARM_UP) * min(1.0, max(0.0, (1 - progress) / 0.5))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--layers", type=int, default=14)
    parser.add_argument("--width", type=int, default=160)
    parser.add_argument("--feed-forward", type=int, default=384)
    parser.add_argument("--vocabulary", type=int, default=1280)
    parser.add_argument("--steps", type=int, help="stop after so many batches, for measurements")
    parser.add_argument("--compile", action="store_true", help="compile the model; faster where a C++ compiler is at hand")
    parser.add_argument("--bf16", action="store_true", help="matrix products in bfloat16")
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(2)

    with arguments.corpus.open() as lines:
        texts = [json.loads(line) for line in lines]
    tokenizer = train_tokenizer(texts[:: max(1, len(texts) // 20000)], arguments.vocabulary)
    end = tokenizer.token_to_id(END)
    encoded = (encoding.ids for start in range(0, len(texts), 1000) for encoding in tokenizer.encode_batch(texts[start : start + 1000]))
    rows = torch.tensor(list(pack(encoded, end)), dtype=torch.int32)
    single = {text: tokenizer.encode(text).ids for text in ("Answer", ":", "\n", "\n\n")}
    breaks = {ids[0] for text, ids in single.items() if text.startswith("\n") and len(ids) == 1} | {end}
    weights = answer_weights(rows, single["Answer"][0], single[":"][0], breaks)
    steps = len(rows) // BATCH
    print(f"{len(texts):,} documents, {rows.numel():,} tokens, {steps:,} batches of {BATCH} x {WINDOW}", flush=True)

    config = Qwen3Config(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=arguments.width,
        intermediate_size=arguments.feed_forward,
        num_hidden_layers=arguments.layers,
        num_attention_heads=5,
        num_key_value_heads=1,
        head_dim=32,
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
    print(f"{sum(p.numel() for p in model.parameters()):,} parameters", flush=True)
    optimizer = torch.optim.AdamW(model.parameters(), lr=PEAK_RATE, betas=(0.9, 0.98), weight_decay=0.05)

    def loss_of(inputs, targets, weight):
        logits = model(input_ids=inputs).logits
        losses = torch.nn.functional.cross_entropy(logits.float().flatten(0, 1), targets.flatten(), reduction="none")
        return (losses * weight.flatten()).sum() / weight.sum(), losses.detach()

    compute = torch.compile(loss_of) if arguments.compile else loss_of
    started, since, log = time.time(), time.time(), {"all": [], "answers": []}
    for step in range(min(steps, arguments.steps or steps)):
        batch = rows[step * BATCH : (step + 1) * BATCH].long()
        weight = weights[step * BATCH : (step + 1) * BATCH]
        for group in optimizer.param_groups:
            group["lr"] = PEAK_RATE * rate_at(step / steps, step)
        with torch.autocast("cpu", torch.bfloat16, enabled=arguments.bf16):
            loss, losses = compute(batch[:, :-1], batch[:, 1:], weight)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        log["all"].append(losses.mean().item())
        log["answers"].append(losses[weight.flatten() > 1].mean().item())
        if (step + 1) % 50 == 0:
            mean = {name: sum(values) / len(values) for name, values in log.items()}
            speed = 50 * BATCH * WINDOW / (time.time() - since)
            print(
                f"step {step + 1:5d}  loss {mean['all']:.3f}  answers {mean['answers']:.3f}  {speed:,.0f} tokens/s  {(time.time() - started) / 60:.1f} min",
                flush=True,
            )
            since, log = time.time(), {"all": [], "answers": []}
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
