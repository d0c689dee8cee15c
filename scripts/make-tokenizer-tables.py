"""Writes src/model/tokenizer/character-tables.ts: the tables of characters of the Rust library `tokenizers`, read through the library itself.

    python -m venv V && V/bin/pip install tokenizers==0.23.3 unicodedata2==18.0.0
    V/bin/python scripts/make-tokenizer-tables.py

The library's parts carry tables of different Unicode versions (its regular expressions of version 16, its normal forms of version 9 or so), and so does each
release of Node; scores must not depend on either. It takes some minutes.
"""
import json
import os
import unicodedata

import tokenizers
import unicodedata2
from tokenizers import Regex, normalizers, pre_tokenizers

POINTS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
ALL = "".join(map(chr, POINTS))
CATEGORIES = "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Co".split()
SCRIPTS = "Han Hiragana Katakana Hangul Latin Greek Cyrillic Arabic Hebrew Thai Devanagari".split()


def matched(regex):
    """Characters that a regular expression of one character matches."""
    split = pre_tokenizers.Split(Regex(regex + "+"), "removed", invert=True)
    return {point for _, (start, end) in split.pre_tokenize_str(ALL) for point in POINTS[start:end]}


def removed(pre_tokenizer):
    """Characters that a pre-tokenizer removes."""
    return set(POINTS) - {point for _, (start, end) in pre_tokenizer.pre_tokenize_str(ALL) for point in POINTS[start:end]}


def emptied(normalizer):
    return {point for point in POINTS if normalizer.normalize_str(chr(point)) == ""}


def packed(points):
    """Runs as pairs of base-36 numbers: from the end of the run before to the start, and the length; the length is left out where it is 1."""
    runs = []
    for point in sorted(points):
        if runs and runs[-1][1] == point:
            runs[-1][1] = point + 1
        else:
            runs.append([point, point + 1])
    words, last = [], 0
    for start, end in runs:
        words.append(base36(start - last) + ("" if end - start == 1 else "." + base36(end - start)))
        last = end
    return " ".join(words)


def base36(number):
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    out = ""
    while True:
        number, digit = divmod(number, 36)
        out = digits[digit] + out
        if number == 0:
            return out


def inert():
    """Characters that newer versions of Unicode decompose, compose or reorder and the library leaves alone."""
    found = set()
    forms = {name: getattr(normalizers, name)() for name in ("NFC", "NFD", "NFKC", "NFKD")}
    for point in POINTS:
        character = chr(point)
        for name, normalizer in forms.items():
            want = unicodedata2.normalize(name, character)
            if want == character:
                continue
            if normalizer.normalize_str(character) != want:
                assert normalizer.normalize_str(character) == character, hex(point)
                found.add(point)
                # Its first part is as new, and must not be composed with what follows.
                if not name.startswith("NFK"):
                    found.add(ord(unicodedata2.normalize("NFD", character)[0]))
        if unicodedata2.combining(character):
            text = "a" + character + "\u0334"
            if forms["NFD"].normalize_str(text) != unicodedata2.normalize("NFD", text):
                assert forms["NFD"].normalize_str(text) == text or unicodedata2.combining(character) == 1, hex(point)
                found.add(point)
    return found


def lowercased():
    """Where the library's lowercase letter is not the one of Unicode 14, which every supported Node knows."""
    normalizer = normalizers.Lowercase()
    pairs = {chr(p): normalizer.normalize_str(chr(p)) for p in POINTS}
    return {a: b for a, b in pairs.items() if b != a.lower()}


assert unicodedata.unidata_version == "14.0.0"
categories = {name: packed(matched(r"\p{%s}" % name)) for name in CATEGORIES}
tables = {
    "WORD": packed(matched(r"\w")),
    "WORD_IN_CLASS": packed(matched(r"[\w]")),
    "PUNCTUATION": packed(removed(pre_tokenizers.Punctuation("removed"))),
    "NUMERIC": packed({ord(t) for t, _ in pre_tokenizers.Digits(True).pre_tokenize_str("a".join(ALL)) if len(t) == 1 and t != "a"}),
    "ACCENTS": packed(emptied(normalizers.StripAccents())),
    "BERT_ACCENTS": packed(emptied(normalizers.BertNormalizer(False, False, True, False))),
    "BERT_CONTROL": packed(emptied(normalizers.BertNormalizer(True, False, False, False))),
    "INERT": packed(inert()),
}
scripts = {name: packed(matched(r"\p{%s}" % name)) for name in SCRIPTS}
folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "src", "checkpoint", "tokenizer")
with open(os.path.join(folder, "character-tables.ts"), "w", encoding="utf-8") as file:
    file.write(
        "/**\n * Sets of characters as the Rust library tokenizers %s has them, made by scripts/make-tokenizer-tables.py. Runs of code points: from the end of the\n"
        " * run before to the start and, after a dot, the length where it is not 1, in base 36.\n */\n" % tokenizers.__version__
    )
    file.write("\n/** General categories of the library's regular expressions. */\nexport const CATEGORIES: Readonly<Record<string, string>> = %s\n" % json.dumps(categories, indent=2))
    file.write("\n/** Scripts of the library's regular expressions. */\nexport const SCRIPTS: Readonly<Record<string, string>> = %s\n" % json.dumps(scripts, indent=2))
    docs = {
        "WORD": "`\\\\w` of its regular expressions.",
        "WORD_IN_CLASS": "`\\\\w` between brackets.",
        "PUNCTUATION": "What Punctuation and BertPreTokenizer split at.",
        "NUMERIC": "What Digits splits at.",
        "ACCENTS": "What StripAccents removes.",
        "BERT_ACCENTS": "What BertNormalizer removes with strip_accents.",
        "BERT_CONTROL": "What BertNormalizer removes with clean_text.",
        "INERT": "Characters that newer versions of Unicode normalize and the library leaves alone.",
    }
    for name, value in tables.items():
        file.write("\n/** %s */\nexport const %s = %s\n" % (docs[name].replace("\\\\", "\\"), name, json.dumps(value)))
    file.write("\n/** Lowercase letters that differ from those of Unicode 14. */\nexport const LOWERCASE: Readonly<Record<string, string>> = %s\n" % json.dumps(lowercased(), indent=2))
