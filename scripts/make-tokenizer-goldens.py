"""Makes small tokenizers of every kind of the Rust library `tokenizers`, with the ids of some texts.

    python -m venv V && V/bin/pip install tokenizers==0.23.3
    V/bin/python scripts/make-tokenizer-goldens.py goldens test/model/goldens/tokenizers.json
    V/bin/python scripts/make-tokenizer-goldens.py random FOLDER SEED COUNT TEXTS     (for test/model/tokenizer/tokenizer.slow.ts)

`goldens`: each part of tokenizer.json with each of its fields, on some texts. `random`: tokenizers with random parts, each trained on the texts, and
the ids of all texts: FOLDER/NUMBER/tokenizer.json and ids.json.
"""
import itertools
import json
import os
import random
import sys

import tokenizers
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

BEHAVIORS = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]
SPECIAL = ["<unk>", "<s>", "</s>"]
BYTES = [f"<0x{byte:02X}>" for byte in range(256)]
LLAMA_3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN_2 = LLAMA_3.replace("{1,3}", "")
GPT_4O = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
DEEPSEEK = r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
BLOOM = r" ?[^(\s|[.,!?…。，、।۔،])]+"
PATTERNS = [
    {"Regex": LLAMA_3}, {"Regex": QWEN_2}, {"Regex": GPT_4O}, {"Regex": DEEPSEEK}, {"Regex": BLOOM},
    {"Regex": r"\s+"}, {"Regex": r"\w+|[^\w\s]+"}, {"Regex": r"[\w]+"}, {"Regex": r"\p{N}{1,3}"}, {"Regex": r"[一-龥぀-ゟ゠-ヿ]+"}, {"Regex": r"\p{Han}+|\p{Hiragana}"},
    {"Regex": r"\d"}, {"Regex": r"\b"}, {"Regex": r"a*"}, {"Regex": r"(?<=\S)\s|\n$"}, {"Regex": r"^."}, {"Regex": r"[^\S\n]+"}, {"Regex": r"[a-z&&[^aeiou]]+"},
    {"Regex": r"(?>\p{L}+)\p{P}"}, {"Regex": r"\p{L}++ ?|\W"}, {"Regex": r"\p{^L}+?[a-m]"}, {"Regex": r"(?i)[^\r\n]?answer|'s"}, {"Regex": r".{2}?x|[^\x00-\x7f]{1,2}+"},
    {"String": " "}, {"String": "a"}, {"String": "an"}, {"String": "▁"}, {"String": "\n\n"}, {"String": "."}, {"String": "$&"},
]
NORMALIZERS = [
    {"type": "NFC"}, {"type": "NFD"}, {"type": "NFKC"}, {"type": "NFKD"}, {"type": "Nmt"}, {"type": "Lowercase"}, {"type": "StripAccents"}, {"type": "ByteLevel"},
    *({"type": "Strip", "strip_left": left, "strip_right": right} for left in (True, False) for right in (True, False)),
    {"type": "Prepend", "prepend": "▁"}, {"type": "Prepend", "prepend": ""}, {"type": "Prepend", "prepend": "ab"},
    {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}, {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
    {"type": "Replace", "pattern": {"Regex": r"\s"}, "content": ""}, {"type": "Replace", "pattern": {"String": "a"}, "content": "b$&$1"}, {"type": "Replace", "pattern": {"Regex": "x*"}, "content": "-"},
    *(
        {"type": "BertNormalizer", "clean_text": clean, "handle_chinese_chars": chinese, "strip_accents": accents, "lowercase": lower}
        for clean, chinese, accents, lower in itertools.product((True, False), (True, False), (True, False, None), (True, False))
    ),
]
FLAGS = [{"add_prefix_space": prefix, "trim_offsets": trim, "use_regex": regex} for prefix in (True, False) for trim in (True, False) for regex in (True, False)]
METASPACES = [{"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": split} for scheme in ("always", "first", "never") for split in (True, False)]
PRE_TOKENIZERS = [
    *({"type": "ByteLevel", **flags} for flags in FLAGS), *METASPACES, {"type": "Metaspace", "replacement": "_"}, {"type": "Metaspace", "replacement": "▁", "str_rep": "▁", "add_prefix_space": True},
    *({"type": "Punctuation", "behavior": behavior} for behavior in BEHAVIORS), {"type": "Punctuation"}, {"type": "Digits", "individual_digits": True},
    {"type": "Digits", "individual_digits": False}, {"type": "Whitespace"}, {"type": "WhitespaceSplit"}, {"type": "BertPreTokenizer"}, {"type": "CharDelimiterSplit", "delimiter": "e"},
    {"type": "FixedLength", "length": 3}, {"type": "FixedLength"},
]
SPLITS = [{"type": "Split", "pattern": pattern, "behavior": behavior, "invert": invert} for pattern in PATTERNS for behavior in BEHAVIORS for invert in (False, True)]
A, BOS, EOS = {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "<s>", "type_id": 0}}, {"SpecialToken": {"id": "</s>", "type_id": 0}}
IDS = {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}, "</s>": {"id": "</s>", "ids": [2], "tokens": ["</s>"]}}
TEMPLATES = [{"type": "TemplateProcessing", "single": single, "pair": [A, {"Sequence": {"id": "B", "type_id": 1}}], "special_tokens": IDS} for single in ([BOS, A], [A, EOS], [BOS, A, EOS], [BOS, BOS, A], [A])]
POST_PROCESSORS = [
    # Command R has the fields of ByteLevel in its template.
    *TEMPLATES, {**TEMPLATES[2], "add_prefix_space": True, "trim_offsets": False, "use_regex": True}, {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": False, "use_regex": True},
    {"type": "BertProcessing", "sep": ["</s>", 2], "cls": ["<s>", 1]}, {"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 1], "trim_offsets": True, "add_prefix_space": False},
    {"type": "Sequence", "processors": [{"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": False, "use_regex": True}, TEMPLATES[0]]}, {"type": "Sequence", "processors": [TEMPLATES[0], TEMPLATES[1]]},
]
WORDS = ["<mask>", "man", "is", "the", "an", "  ", "\n\n", "\t", "(a", ".*", "$", "Answer", "ANSWER", "é", "e\u0301", "日本", "ab", "abc", "bcd", "▁a", "İ", "<s> ", " <s>", "'s", "a b", "🙂", "ﬁ", "½"]
KINDS = ["BPE byte-level", "BPE with byte fallback", "BPE", "BPE with prefix", "BPE with suffix", "Unigram", "Unigram with byte fallback", "WordPiece", "WordLevel"]


def added(content, index, **flags):
    return {"id": index, "content": content, **{flag: False for flag in ("single_word", "lstrip", "rstrip", "normalized", "special")}, **flags}


def sequence(kind, steps):
    return None if not steps else steps[0] if len(steps) == 1 else {"type": "Sequence", "normalizers" if kind == "normalizer" else "pretokenizers": steps}


def trained(kind, normalizer, pre_tokenizer, texts, size):
    """The model of a tokenizer that is trained on the texts as its own parts change and split them."""
    shell = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": normalizer, "pre_tokenizer": pre_tokenizer, "post_processor": None, "decoder": None}
    empty = {"BPE": {"type": "BPE", "vocab": {}, "merges": []}, "Unigram": {"type": "Unigram", "vocab": [["<unk>", 0.0]], "unk_id": 0}}
    base = Tokenizer.from_str(json.dumps({**shell, "model": empty["Unigram" if kind.startswith("Unigram") else "BPE"]}))
    tokenizer = Tokenizer(
        models.Unigram() if kind.startswith("Unigram") else models.WordPiece(unk_token="<unk>") if kind == "WordPiece"
        else models.WordLevel(unk_token="<unk>") if kind == "WordLevel" else models.BPE(unk_token="<unk>")
    )
    if base.normalizer:
        tokenizer.normalizer = base.normalizer
    if base.pre_tokenizer:
        tokenizer.pre_tokenizer = base.pre_tokenizer
    special = SPECIAL + (BYTES if "fallback" in kind else [])
    common = {"vocab_size": size + len(special), "special_tokens": special, "show_progress": False}
    if kind.startswith("Unigram"):
        trainer = trainers.UnigramTrainer(unk_token="<unk>", **common)
    elif kind == "WordLevel":
        trainer = trainers.WordLevelTrainer(**common)
    elif kind == "WordPiece":
        trainer = trainers.WordPieceTrainer(**common)
    else:
        affixes = {"continuing_subword_prefix": "##"} if "prefix" in kind else {"end_of_word_suffix": "</w>"} if "suffix" in kind else {}
        alphabet = pre_tokenizers.ByteLevel.alphabet() if "byte-level" in kind else []
        trainer = trainers.BpeTrainer(initial_alphabet=alphabet, limit_alphabet=size // 2, **affixes, **common)
    # One text may be one word, and training takes the square of that.
    tokenizer.train_from_iterator([text[:120] for text in texts], trainer)
    model = json.loads(tokenizer.to_str())["model"]
    if "fallback" in kind:
        model["byte_fallback"] = True
    return model


def whole(model, **parts):
    return {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": [added(content, index, special=True) for index, content in enumerate(SPECIAL)],
        "normalizer": None, "pre_tokenizer": None, "post_processor": None, "decoder": None, "model": model, **parts,
    }


def ids(content, texts):
    tokenizer = Tokenizer.from_str(json.dumps(content))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return [tokenizer.encode(text).ids for text in texts]


GOLDEN_TEXTS = [
    "", " ", "a", "  an  answer: 12,345.67 is the man's (a) b\n\n\nQuestion?", "It's don'T WE'LL 'ſ I’m", "naïve cafe\u0301 ÅNGSTRÖM İstanbul ΟΔΟΣ ﬁ ½ Ⅳ ①", "日本語、한국어 العربية हिन्दी ไทย",
    "🙂👍🏽👨‍👩‍👧 \ufeffx\u0085y\u2028z\u00a0w\u3000", "<s> man <mask>  is</s>humanist mans\tman", "ab abc bcd abcd ▁a▁b .* $ $& \r\n\u0000\u0007", "x" * 30 + "1234567 Ünïcödé__snake_case camelCase HTTPServer",
]


def goldens():
    parts = {kind: trained(kind, None, {"type": "ByteLevel", **FLAGS[4]} if "byte-level" in kind else {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "never", "split": True}, GOLDEN_TEXTS * 3, 120) for kind in KINDS}
    byte_level, byte = parts["BPE byte-level"], {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}
    cases = []

    def case(name, kind, changes=None, **fields):
        try:
            found = ids(whole({**parts[kind], **(changes or {})}, **fields), GOLDEN_TEXTS)
        except BaseException as error:  # the library's own panics are of this kind
            if isinstance(error, KeyboardInterrupt):
                raise
            print(f"the library fails on {name}", file=sys.stderr)
            return
        cases.append({"name": name, "kind": kind, "changes": changes or {}, "fields": fields, "ids": found})

    for kind in KINDS:
        case(f"model {kind}", kind, pre_tokenizer=METASPACES[4])
    for kind, field, value in [("BPE with byte fallback", "fuse_unk", True), ("BPE", "fuse_unk", True), ("BPE", "unk_token", None), ("BPE byte-level", "ignore_merges", True), ("WordPiece", "max_input_chars_per_word", 4), ("Unigram with byte fallback", "byte_fallback", False)]:
        case(f"model {kind} {field} {json.dumps(value)}", kind, {field: value}, pre_tokenizer=METASPACES[4])
    for normalizer in NORMALIZERS:
        case(f"normalizer {json.dumps(normalizer)}", "BPE byte-level", normalizer=normalizer, pre_tokenizer=None if normalizer["type"] == "ByteLevel" else byte)
    for pre_tokenizer in PRE_TOKENIZERS:
        # "first" after a normalizer is refused, and so it is asked for without one.
        case(f"pre_tokenizer {json.dumps(pre_tokenizer)}", "BPE byte-level" if pre_tokenizer["type"] != "Metaspace" else "BPE with byte fallback", pre_tokenizer=pre_tokenizer if pre_tokenizer["type"] in ("ByteLevel", "Metaspace") else sequence("", [pre_tokenizer, byte]))
    for split in SPLITS:
        # Each way to split with some patterns, and each pattern with some ways.
        if split["pattern"] not in [{"Regex": r"\s+"}, {"Regex": "a*"}, {"String": " "}] and (split["behavior"], split["invert"]) not in [("Isolated", False), ("MergedWithPrevious", True)]:
            continue
        case(f"pre_tokenizer {json.dumps(split)}", "BPE byte-level", pre_tokenizer=sequence("", [split, byte]))
    for post_processor in POST_PROCESSORS:
        case(f"post_processor {json.dumps(post_processor)}", "BPE byte-level", pre_tokenizer=byte, post_processor=post_processor)
    size = len(byte_level["vocab"])
    for flag in ("single_word", "lstrip", "rstrip", "normalized", "special"):
        case(f"added_tokens {flag}", "BPE byte-level", pre_tokenizer=byte, normalizer={"type": "Lowercase"}, added_tokens=[added(word, size + index, **{flag: True}) for index, word in enumerate(WORDS) if word not in ("ANSWER", "e\u0301")])
    shared = [text for text in parts]
    return {"maker": f"scripts/make-tokenizer-goldens.py, tokenizers {tokenizers.__version__}", "texts": GOLDEN_TEXTS, "models": {kind: parts[kind] for kind in shared}, "cases": cases}


def drawn(chance, texts):
    """A tokenizer of parts drawn by chance. Nothing when the library itself cannot make or train it."""
    kind = chance.choice(KINDS)
    normal = chance.sample(NORMALIZERS, chance.choice([0, 0, 1, 1, 2]))
    steps = chance.sample(PRE_TOKENIZERS + chance.sample(SPLITS, 30), chance.choice([0, 1, 1, 2, 3]))
    if kind == "BPE byte-level":
        normal = [step for step in normal if step["type"] != "ByteLevel"]
        steps = [step for step in steps if step["type"] not in ("ByteLevel", "Metaspace")] + [{"type": "ByteLevel", **chance.choice(FLAGS)}]
    normalizer, pre_tokenizer = sequence("normalizer", normal), sequence("", steps)
    model = trained(kind, normalizer, pre_tokenizer, chance.sample(texts, 80), chance.choice([200, 400]))
    if model["type"] == "BPE":
        model.update(fuse_unk=chance.random() < 0.5, ignore_merges=chance.random() < 0.2, unk_token=chance.choice(["<unk>", "<unk>", None]))
        if "fallback" not in kind:
            model["byte_fallback"] = chance.random() < 0.2
    tokens = [added(content, index, special=True) for index, content in enumerate(SPECIAL)]
    start = len(model["vocab"])
    for word in chance.sample(WORDS, chance.choice([0, 0, 3, 8])):
        tokens.append(added(word, start + len(tokens), **{flag: chance.random() < 0.4 for flag in ("single_word", "lstrip", "rstrip", "normalized", "special")}))
    return whole(model, normalizer=normalizer, pre_tokenizer=pre_tokenizer, post_processor=chance.choice([None, *POST_PROCESSORS]), added_tokens=tokens)


def write_random(folder, seed, count, texts):
    number = attempts = 0
    while number < count:
        attempts += 1
        chance = random.Random(f"{seed} {attempts}")
        try:
            content = drawn(chance, texts)
            found = ids(content, texts)
        except BaseException as error:  # what the library panics on is not a tokenizer
            if isinstance(error, KeyboardInterrupt):
                raise
            continue
        place = os.path.join(folder, str(number))
        os.makedirs(place)
        with open(os.path.join(place, "tokenizer.json"), "w", encoding="utf-8") as file:
            json.dump(content, file)
        with open(os.path.join(place, "ids.json"), "w", encoding="utf-8") as file:
            json.dump(found, file)
        number += 1
    print(json.dumps({"attempts": attempts}))


if __name__ == "__main__":
    assert tokenizers.__version__ == "0.23.3", tokenizers.__version__
    if sys.argv[1] == "goldens":
        with open(sys.argv[2], "w", encoding="utf-8") as file:
            json.dump(goldens(), file, ensure_ascii=False)
    else:
        with open(sys.argv[5], encoding="utf-8") as file:
            write_random(sys.argv[2], sys.argv[3], int(sys.argv[4]), json.load(file))
