#!/usr/bin/env python3
"""Writes the tokens that lm-evaluation-harness sends to a model, with small tokenizers, for test/plan/encode.golden.test.ts.

    python scripts/make-encoding-goldens.py > test/plan/encode.golden.json

lm-eval's own code runs, with a model that only records its input. Needs lm-eval 0.4.13, transformers 5.24.0 and torch.
"""

import importlib.metadata
import json
import logging
import pathlib
import tempfile

import torch
import transformers
from lm_eval.api.instance import Instance
from lm_eval.api.model import CacheHook
from lm_eval.models.huggingface import HFLM

SPECIAL = ["<unk>", "<s>", "</s>"]
CHARACTERS = ["Ġ", "Ċ", "Â", "ł", *(chr(code) for code in range(33, 127))]


def byte_tokenizer(merges=(), before=(), after=(), use_regex=True):
    """BPE over bytes; `before` and `after` are the special tokens around each text."""
    tokens = [*SPECIAL, *CHARACTERS, *("".join(merge) for merge in merges)]
    ids = {token: index for index, token in enumerate(tokens)}
    single = [{"SpecialToken": {"id": token, "type_id": 0}} for token in before]
    single += [{"Sequence": {"id": "A", "type_id": 0}}]
    single += [{"SpecialToken": {"id": token, "type_id": 0}} for token in after]
    template = {
        "type": "TemplateProcessing",
        "single": single,
        "pair": [*single, {"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": {token: {"id": token, "ids": [ids[token]], "tokens": [token]} for token in (*before, *after)},
    }
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": use_regex}
    flags = {"special": True, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{"id": ids[token], "content": token, **flags} for token in SPECIAL],
        "normalizer": None,
        "pre_tokenizer": byte_level,
        "post_processor": template if before or after else None,
        "decoder": byte_level,
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "vocab": ids,
            "merges": [list(merge) for merge in merges],
        },
    }


JOIN = [("n", "o"), ("Ġ", "no"), (":", "Ġno"), ("Ġ", "A"), (":", "ĠA")]
BOS, EOS = {"bos_token": "<s>"}, {"eos_token": "</s>"}
TOKENIZERS = {
    "bos": (byte_tokenizer(before=["<s>"]), {**BOS, **EOS}),
    "no bos": (byte_tokenizer(), EOS),
    "bos that is not put there": (byte_tokenizer(), {**BOS, **EOS}),
    "bos and eos": (byte_tokenizer(before=["<s>"], after=["</s>"]), {**BOS, **EOS}),
    "a token spans the join": (byte_tokenizer(JOIN, use_regex=False), EOS),
    "a token spans the join, bos": (byte_tokenizer(JOIN, before=["<s>"], use_regex=False), {**BOS, **EOS}),
}
PAIRS = [
    ("Answer:", " no"),
    ("Answer:", " not"),
    ("Answer:", " nothing at all"),
    ("Answer: no", "t"),
    ("Answer: ", "no"),
    ("Answer:\n", " A"),
    ("Q: no\nAnswer:", " A"),
    ("Answer:\u00a0", " A"),
    ("Answer:", ""),
    ("Answer: ", ""),
    ("", " no"),
    ("", "no"),
    ("", ""),
    ("", "<s>no"),
    ("", "<s>"),
    ("", "</s>no"),
    (" ", "no"),
    ("\n \n", " no"),
    ("<s>Answer:", " no"),
    ("</s>Answer:", " no"),
    (" <s>Answer:", " no"),
    ("<", "s> no"),
    ("a<s>b", " <s>"),
]
LENGTHS = [64, 6, 2]
TEXTS = ["", " ", "a", " one page of text", "one page of text\n", "<s>begins with bos", "</s>begins with eos", " <s>not quite", "Answer: no, Answer: no"]


class Recorder(HFLM):
    """lm-eval's model without weights."""

    def __init__(self, tokenizer, max_length, add_bos_token=None):
        self.tokenizer = tokenizer
        self.backend = "causal"
        self.add_bos_token = add_bos_token
        self.custom_prefix_token_id = None
        self.logits_cache = True
        self.batch_size_per_gpu = 1
        self.softmax_dtype = None
        self.enable_thinking = None
        self.cache_hook = CacheHook(None)
        self.fed = []
        self._max_length, self._rank, self._world_size, self._device = max_length, 0, 1, "cpu"

    def _model_call(self, inps, attn_mask=None, labels=None):
        self.fed += inps.tolist()
        return torch.zeros(*inps.shape, len(self.tokenizer))

    def _loglikelihood_tokens(self, requests, **options):
        self.targets = [list(continuation) for _, _, continuation in requests]
        return super()._loglikelihood_tokens(requests, **options)


class Warnings(logging.Handler):
    """Whether lm-eval said that it truncates."""

    def __init__(self):
        super().__init__()
        self.texts = []

    def emit(self, record):
        self.texts.append(record.getMessage())


def ask(tokenizer, max_length, pair):
    handler = Warnings()
    logger = logging.getLogger("lm_eval.models.huggingface")
    logger.addHandler(handler)
    lm = Recorder(tokenizer, max_length)
    try:
        lm.loglikelihood([Instance("loglikelihood", {}, pair, 0)], disable_tqdm=True)
    except (AssertionError, IndexError) as error:
        return {"error": type(error).__name__}
    finally:
        logger.removeHandler(handler)
    return {"input": lm.fed[0], "targets": lm.targets[0], "warned": any("Truncating" in text for text in handler.texts)}


def windows(tokenizer, max_length, text, add_bos_token=None):
    """A window after the other, so that inputs are not padded to the longest."""
    lm = Recorder(tokenizer, max_length, add_bos_token)
    found = []
    inner = lm._loglikelihood_tokens

    def one_by_one(requests, **options):
        scores = []
        for request in requests:
            lm.fed = []
            scores += inner(requests=[request], **options)
            found.append({"input": lm.fed[0], "targets": lm.targets[0]})
        return scores

    lm._loglikelihood_tokens = one_by_one
    lm.loglikelihood_rolling([Instance("loglikelihood_rolling", {}, (text,), 0)], disable_tqdm=True)
    return found


def golden(content, settings):
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "tokenizer.json").write_text(json.dumps(content))
        config = {"tokenizer_class": "PreTrainedTokenizerFast", **settings}
        (pathlib.Path(folder) / "tokenizer_config.json").write_text(json.dumps(config))
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    pairs = [
        {"context": context, "continuation": continuation, "max_length": length, **ask(tokenizer, length, (context, continuation))}
        for context, continuation in PAIRS
        for length in LENGTHS
    ]
    texts = [
        {"text": text, "max_length": length, "windows": windows(tokenizer, length, text), "add_bos_token_false": windows(tokenizer, length, text, False)}
        for text in TEXTS
        for length in LENGTHS[:2]
    ]
    return {"tokenizer": content, "tokenizer_config": config, "pairs": pairs, "texts": texts}


def main():
    made_by = {"lm_eval": importlib.metadata.version("lm_eval"), "tokenizers": importlib.metadata.version("tokenizers"), "transformers": transformers.__version__}
    goldens = {name: golden(*parts) for name, parts in TOKENIZERS.items()}
    print(json.dumps({"made_by": made_by, "goldens": goldens}, separators=(",", ":")))


if __name__ == "__main__":
    main()
