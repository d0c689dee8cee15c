#!/usr/bin/env python3
"""Makes test/model/goldens/precompiled.json: a small character map that SentencePiece compiles, and what the Rust library's Precompiled makes of texts.

    V/bin/pip install sentencepiece==0.2.1 tokenizers==0.22.2
    V/bin/python scripts/make-precompiled-golden.py
"""

import base64
import io
import json
import tempfile
from pathlib import Path

import sentencepiece
import tokenizers
from sentencepiece import sentencepiece_model_pb2
from tokenizers.normalizers import Precompiled

OUT = Path(__file__).resolve().parent.parent / "test" / "model" / "goldens" / "precompiled.json"

# Full-width and ligatures to plain letters, a letter and its accent to one character, a space of another width, one to nothing, several to one.
RULES = {
    "Ａ": "A",
    "ﬁ": "fi",
    "a\u0301": "\u00e1",
    "e\u0301": "\u00e9",
    "\u3000": " ",
    "\u200b": "",
    "\u2126": "\u03a9",
    "①": "1",
    "①②": "12",
    "x": "y",
}

TEXTS = [
    "",
    "plain text",
    "Ａ ﬁle",
    "a\u0301e\u0301i\u0301",
    "a\u0301\u0301",
    "\u3000\u200b\u3000",
    "\u2126①②①",
    "xyz Xx",
    "ﬁx\u0301",
    "👩‍👩‍👧 x",
    "e\u0301\nx\r\nx",
    "日本x語",
]


def character_map():
    with tempfile.TemporaryDirectory() as folder:
        rules = Path(folder) / "rules.tsv"
        points = lambda text: " ".join(f"{ord(character):X}" for character in text)
        rules.write_text("".join(f"{points(source)}\t{points(target)}\n" for source, target in RULES.items()))
        model = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(["some text to train on", "another text of some words"]),
            model_writer=model,
            vocab_size=24,
            model_type="char",
            normalization_rule_tsv=str(rules),
            minloglevel=2,
        )
        proto = sentencepiece_model_pb2.ModelProto.FromString(model.getvalue())
        return proto.normalizer_spec.precompiled_charsmap


def main():
    compiled = character_map()
    normalizer = Precompiled(compiled)
    golden = {
        "maker": f"scripts/make-precompiled-golden.py, sentencepiece {sentencepiece.__version__}, tokenizers {tokenizers.__version__}",
        "map": base64.b64encode(compiled).decode(),
        "cases": [[text, normalizer.normalize_str(text)] for text in TEXTS],
    }
    OUT.write_text(json.dumps(golden) + "\n")
    print(len(compiled), "bytes;", *golden["cases"], sep="\n")


if __name__ == "__main__":
    main()
