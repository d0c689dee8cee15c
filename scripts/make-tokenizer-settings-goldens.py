"""Makes test/model/goldens/tokenizer-settings.json: settings beside tokenizer.json, and the ids, bos and eos of AutoTokenizer with them.

    python -m venv V && V/bin/pip install transformers==5.24.0
    V/bin/python scripts/make-tokenizer-settings-goldens.py
"""
import json
import os
import tempfile

import transformers
from transformers import AutoTokenizer

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../test/model/goldens")
with open(os.path.join(FOLDER, "tokenizers.json"), encoding="utf-8") as file:
    MODELS = json.load(file)["models"]
TEXTS = ["", "an answer 1234 is", " man", "<s> is the<mask>  man</s>", "<|im_start|>a <|im_end|>  b", "é e\u0301 <extra> x<extra>", "a\n\nb  c <unk>", "It's 12,345 <|endoftext|> ▁a"]
BYTES = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
DIGITS = {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": True}, BYTES]}
PREPEND = {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]}
BOS = {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}], "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}], "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}}}


def token(content, **flags):
    return {"content": content, "lstrip": False, "normalized": False, "rstrip": False, "single_word": False, "special": False, **flags}


BYTE_LEVEL = {"kind": "BPE byte-level", "parts": {"pre_tokenizer": DIGITS, "post_processor": BOS}}
FALLBACK = {"kind": "BPE with byte fallback", "parts": {"normalizer": PREPEND, "post_processor": BOS}}
NAMES = {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
LISTED = {"added_tokens_decoder": {"0": token("<unk>", special=True), "1": token("<s>", special=True, rstrip=True), "2": token("</s>", special=True, lstrip=True), "999": token("<|im_start|>", special=True, rstrip=True), "998": token("is", single_word=True, normalized=True)}}
TYPED = {"__type": "AddedToken", **token("<mask>", lstrip=True)}
CASES = [
    (BYTE_LEVEL, {"tokenizer_config.json": NAMES}),
    (BYTE_LEVEL, {}),
    (BYTE_LEVEL, {"tokenizer_config.json": {**NAMES, **LISTED}}),
    (BYTE_LEVEL, {"tokenizer_config.json": {**NAMES, "add_prefix_space": True, "add_bos_token": False, "add_eos_token": True}}),
    (BYTE_LEVEL, {"tokenizer_config.json": {**NAMES, "mask_token": TYPED, "additional_special_tokens": ["<|im_start|>", "<|im_end|>"]}}),
    (BYTE_LEVEL, {"tokenizer_config.json": {**NAMES, "extra_special_tokens": ["<extra>"], "additional_special_tokens": ["<|im_end|>"]}}),
    (BYTE_LEVEL, {"tokenizer_config.json": {**NAMES, "extra_special_tokens": {"image_token": "<extra>"}, "audio_token": "<|im_end|>"}}),
    (BYTE_LEVEL, {"tokenizer_config.json": {**NAMES, "split_special_tokens": True}}),
    (BYTE_LEVEL, {"tokenizer_config.json": {"tokenizer_class": "PreTrainedTokenizerFast"}, "special_tokens_map.json": {"bos_token": token("<s>", lstrip=True), "eos_token": "</s>", "pad_token": "<extra>"}}),
    (BYTE_LEVEL, {"tokenizer_config.json": {**NAMES, **LISTED}, "special_tokens_map.json": {"bos_token": "</s>"}, "added_tokens.json": {"<extra>": 500}}),
    (BYTE_LEVEL, {"tokenizer_config.json": NAMES, "added_tokens.json": {"<extra>": 900, "<|im_start|>": 800, "man": 5}}),
    (BYTE_LEVEL, {"tokenizer_config.json": {**NAMES, "eos_token": None}}),
    (BYTE_LEVEL, {"tokenizer_config.json": {**NAMES, "pad_token": "<extra>", "truncation_side": "left", "model_max_length": 4}}),
    *((BYTE_LEVEL, {"tokenizer_config.json": {**NAMES, "tokenizer_class": name, **more}}) for name, more in [
        ("GPT2Tokenizer", {}), ("GPT2TokenizerFast", {"add_prefix_space": True}), ("GPTNeoXTokenizerFast", {}), ("Qwen2Tokenizer", {}), ("Qwen2TokenizerFast", {"add_prefix_space": True, **LISTED}),
        ("CodeGenTokenizer", {}), ("CodeGenTokenizerFast", {"add_prefix_space": True, "eos_token": None, **LISTED}), ("CohereTokenizer", {}), ("CohereTokenizerFast", {"add_prefix_space": True, "bos_token": None, **LISTED}),
        ("LlamaTokenizerFast", {}), ("PreTrainedTokenizer", {}), ("NoSuchTokenizer", {}), ("TokenizersBackend", {"add_prefix_space": True}), ("GPT2Tokenizer", {"bos_token": None}), ("GPT2Tokenizer", LISTED),
    ]),
    (BYTE_LEVEL, {"tokenizer_config.json": {"tokenizer_class": "GPT2Tokenizer"}}),
    *((FALLBACK, {"tokenizer_config.json": {**NAMES, "tokenizer_class": name, **more}}) for name, more in [
        ("LlamaTokenizer", {}), ("LlamaTokenizerFast", {"legacy": True}), ("LlamaTokenizer", {"add_prefix_space": False}), ("LlamaTokenizer", {"legacy": True, "add_prefix_space": True, **LISTED}),
        ("GemmaTokenizer", {}), ("PreTrainedTokenizerFast", {}), ("LlamaTokenizer", {"add_bos_token": False}),
    ]),
    *(({**source}, {"tokenizer_config.json": {**NAMES, "tokenizer_class": name}, "config.json": {"model_type": model}}) for source, name, model in [
        (FALLBACK, "LlamaTokenizer", "mistral"), (BYTE_LEVEL, "LlamaTokenizer", "qwen2"), (BYTE_LEVEL, "GPT2Tokenizer", "qwen2"), (BYTE_LEVEL, "PreTrainedTokenizerFast", "qwen3"),
        (BYTE_LEVEL, "GPT2Tokenizer", "olmo2"), (BYTE_LEVEL, "LlamaTokenizer", "llama"), (BYTE_LEVEL, "Qwen2Tokenizer", "llama"),
    ]),
    (BYTE_LEVEL, {"tokenizer_config.json": {k: v for k, v in NAMES.items() if k != "tokenizer_class"}, "config.json": {"model_type": "qwen2"}}),
    (FALLBACK, {"tokenizer_config.json": {k: v for k, v in NAMES.items() if k != "tokenizer_class"}, "config.json": {"model_type": "llama"}}),
    (BYTE_LEVEL, {"tokenizer_config.json": {k: v for k, v in NAMES.items() if k != "tokenizer_class"}, "config.json": {"model_type": "llama", "tokenizer_class": "GPT2Tokenizer"}}),
]


def golden(source, files):
    content = {
        "version": "1.0", "truncation": {"direction": "Right", "max_length": 3, "strategy": "LongestFirst", "stride": 0}, "padding": None,
        "added_tokens": [{"id": index, **token(text, special=True)} for index, text in enumerate(["<unk>", "<s>", "</s>"])],
        "normalizer": None, "pre_tokenizer": None, "decoder": None, "model": MODELS[source["kind"]], **source["parts"],
    }
    files = {"config.json": {"model_type": "llama"}, **files}
    with tempfile.TemporaryDirectory() as folder:
        for name, value in {"tokenizer.json": content, **files}.items():
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                json.dump(value, file)
        tokenizer = AutoTokenizer.from_pretrained(folder)
        return {
            **source, "files": files, "class": type(tokenizer).__name__, "bos": tokenizer.bos_token_id, "eos": tokenizer.eos_token_id,
            "ids": [tokenizer.encode(text) for text in TEXTS], "plain": [tokenizer.encode(text, add_special_tokens=False) for text in TEXTS],
        }


if __name__ == "__main__":
    assert transformers.__version__ == "5.24.0", transformers.__version__
    result = {"maker": f"scripts/make-tokenizer-settings-goldens.py, transformers {transformers.__version__}", "texts": TEXTS, "cases": [golden(*case) for case in CASES]}
    with open(os.path.join(FOLDER, "tokenizer-settings.json"), "w", encoding="utf-8") as file:
        json.dump(result, file, ensure_ascii=False)
