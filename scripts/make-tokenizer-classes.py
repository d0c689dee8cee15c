"""Writes src/model/tokenizer/transformers-classes.ts: the class with which transformers loads each tokenizer.

    python -m venv V && V/bin/pip install transformers==5.24.0 sentencepiece protobuf
    V/bin/python scripts/make-tokenizer-classes.py
"""
import json
import os

import transformers
from transformers.models.auto import tokenization_auto as auto
from transformers.tokenization_utils_tokenizers import TokenizersBackend


def reads_the_file(name):
    """Whether the class uses tokenizer.json unchanged."""
    cls = auto.tokenizer_class_from_name(name)
    return cls is TokenizersBackend or cls.__name__ == "PythonBackend" or (issubclass(cls, TokenizersBackend) and "__init__" not in cls.__dict__)


def known(name):
    try:
        return auto.tokenizer_class_from_name(name) is not None and isinstance(auto.tokenizer_class_from_name(name), type)
    except Exception:
        return False


mapping = {model: name for model, name in auto.TOKENIZER_MAPPING_NAMES.items() if name is not None}
names = {n.removesuffix("Fast") for n in dir(transformers) if n.removesuffix("Fast").endswith("Tokenizer")} | {n.removesuffix("Fast") for n in mapping.values()}
names |= {"TokenizersBackend", "PythonBackend", "BloomTokenizer", "PreTrainedTokenizer"}
names = sorted(n for n in names if known(n))
as_is = [n for n in names if reads_the_file(n)]
own = [n for n in names if n not in as_is and n != "AutoTokenizer"]
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../src/model/tokenizer/transformers-classes.ts"), "w", encoding="utf-8") as file:
    file.write("/** Which class transformers %s loads a tokenizer with, made by scripts/make-tokenizer-classes.py; without mistral-common. */\n" % transformers.__version__)
    for doc, name, kind, value in [
        ("By the model_type of config.json.", "CLASS_OF_MODEL", "Readonly<Record<string, string>>", mapping),
        ("Models whose tokenizer_config.json is known to name a wrong class.", "MODELS_WITH_WRONG_CLASS", "readonly string[]", sorted(auto.MODELS_WITH_INCORRECT_HUB_TOKENIZER_CLASS)),
        ("Classes that use tokenizer.json unchanged.", "READS_THE_FILE", "readonly string[]", as_is),
        ("Classes that build their own tokenizer, with the vocabulary of tokenizer.json.", "MAKES_ITS_OWN", "readonly string[]", own),
    ]:
        file.write("\n/** %s */\nexport const %s: %s = %s\n" % (doc, name, kind, json.dumps(value, indent=2)))
