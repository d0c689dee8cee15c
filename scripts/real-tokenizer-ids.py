#!/usr/bin/env python3
"""The ids that AutoTokenizer of transformers gives: FOLDER/ids.json beside every FOLDER/*/tokenizer.json, for scripts/check-real-tokenizers.ts.

    real-tokenizer-ids.py FOLDER TEXTS.json

A folder with vocab.json and merges.txt alone (GPT-2) gets a tokenizer.json first, as GPT2Tokenizer saves it.
"""

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import transformers
from transformers import AutoTokenizer, GPT2Tokenizer


def main():
    transformers.utils.logging.set_verbosity_error()
    folder, texts = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
    for place in sorted(path for path in folder.iterdir() if path.is_dir()):
        if not (place / "tokenizer.json").exists():
            settings = (place / "tokenizer_config.json").read_bytes()
            GPT2Tokenizer(vocab=str(place / "vocab.json"), merges=str(place / "merges.txt")).save_pretrained(place)
            (place / "tokenizer_config.json").write_bytes(settings)
        try:
            tokenizer = AutoTokenizer.from_pretrained(place, trust_remote_code=False)
            answer = {"class": type(tokenizer).__name__, "ids": [tokenizer.encode(text) for text in texts]}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}".splitlines()[0]}
        (place / "ids.json").write_text(json.dumps(answer), encoding="utf-8")


if __name__ == "__main__":
    main()
