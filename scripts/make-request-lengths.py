#!/usr/bin/env python3
"""Prints the lengths of the benchmarks' requests, for src/benchmark/request-lengths.ts: quantiles in tokens.

    python scripts/make-request-lengths.py TOKENIZER_FOLDER DATA

DATA holds TASK/SPLIT.jsonl, as --data-dir takes it. Needs transformers. Last run with transformers 5.24.0, the tokenizer of SmolLM2-135M and the
whole of each split: piqa validation, boolq validation, hellaswag validation, mmlu test with five examples of dev, wikitext test.
"""

import json
import sys
from pathlib import Path

import numpy as np
from transformers import AutoTokenizer

STEPS = 16


def rows(file):
    return [json.loads(line) for line in file.open(encoding="utf-8")]


def quantiles(lengths):
    return [int(round(value)) for value in np.quantile(lengths, np.linspace(0, 1, STEPS + 1))]


def main(tokenizer, data):
    data = Path(data)
    encode = AutoTokenizer.from_pretrained(tokenizer).encode
    length = lambda text: len(encode(text))

    def show(name, contexts, continuations, **more):
        print(json.dumps({name: {"context": quantiles(contexts), "continuation": quantiles(continuations), **more}}))

    piqa = rows(data / "piqa" / "validation.jsonl")
    show(
        "piqa",
        [length(f"Question: {row['goal']}\nAnswer:") for row in piqa],
        [length(" " + row[key]) for row in piqa for key in ("sol1", "sol2")],
        items=len(piqa),
    )
    boolq = rows(data / "boolq" / "validation.jsonl")
    show("boolq", [length(f"{row['passage']}\nQuestion: {row['question']}?\nAnswer:") for row in boolq], [1], items=len(boolq))
    hellaswag = rows(data / "hellaswag" / "validation.jsonl")
    show(
        "hellaswag",
        [length(f"{row['activity_label']}: {row['ctx_a']} {row['ctx_b'].capitalize()}") for row in hellaswag],
        [length(" " + ending) for row in hellaswag for ending in row["endings"]],
        items=len(hellaswag),
    )

    def question(row):
        letters = "\n".join(f"{letter}. {choice}" for letter, choice in zip("ABCD", row["choices"]))
        return f"{row['question'].strip()}\n{letters}\nAnswer:"

    subjects = sorted(file.stem for file in (data / "mmlu" / "test").glob("*.jsonl"))
    tests = {subject: rows(data / "mmlu" / "test" / f"{subject}.jsonl") for subject in subjects}
    shots = [length("\n\n".join(question(row) + " A" for row in rows(data / "mmlu" / "dev" / f"{subject}.jsonl"))) for subject in subjects]
    show("mmlu", [length(question(row)) for each in tests.values() for row in each], [1], examples=quantiles(shots), items=sum(map(len, tests.values())))


if __name__ == "__main__":
    main(*sys.argv[1:])
