"""Rows for lm-eval's task files: the columns that their templates name, with values that the templates can take."""

import ast
import itertools
import random

from jinja2 import nodes
from lm_eval.utils import apply_template, env

TEXTS = ["Ada", "the 2 cats", "Éric's hat", 'he said "no"', "甲乙", "snow 🌨", "a  b", "line\nbreak", " lead", "trail ", "x < y & z", "100", "50%", "C:\\dir", "tab\there", "Ünder"]
# Without what ends a literal of Python early, for templates that print lists.
PLAIN = ["Ada", "the 2 cats", "Éric", "no", "甲乙", "snow 🌨", "a  b", "two lines", "lead", "trail", "x < y", "100 men", "50%", "C", "tab", "Ünder"]
# For prompts that are all words but the last.
SENTENCES = ["Ada saw the 2 cats", "Éric's hat is new", 'he said "no" twice', "甲乙 丙丁", "snow fell 🌨 today", "a  b c", "the line was  long", "x < y & z", "100 men ran", "50% of it", "so it was", "an Ünder word", "he left.", "it's here!", "one two", "no one came"]
KEYS = ("doc_to_text", "doc_to_target", "doc_to_choice", "description", "gen_prefix")
LEAVES = ("text", "index", "list", "letter", "digit", "one", "pick", "boolean", "yes", "letters", "ones", "numeral")
TRIES = 600
# Twice as many are made: the second half is for examples, which must not be the questions themselves.
ROWS = 4


# Columns of published datasets whose values depend on each other: a row from its number and four texts.
SCHEMAS = {
    "tau/commonsense_qa": lambda row, texts: {"question": f" {texts[0]} {row}?", "choices": {"label": list("ABCDE"), "text": [*texts, "none"]}, "answerKey": "ABCDE"[row % 5]},
    "EleutherAI/headqa": lambda row, texts: {
        "qtext": f"{texts[0]} {row}?",
        "ra": 1 + row % 4,
        "answers": [{"aid": 1 + each, "atext": text} for each, text in enumerate(texts)],
    },
    "AYueksel/TurkishMMLU": lambda row, texts: {"question": f"{texts[0]} {row}? ", "choices": [*texts, "hiçbiri"], "answer": "ABCDE"[row % 5] + " " * (row % 2)},
    "toksuite/toksuite_chinese": lambda row, texts: {"question": f" {texts[0]} {row}", "choices": texts, "answer": row % 4, "answer_label": "ABCD"[row % 4]},
}


class Unmade(Exception):
    """No rows were found that lm-eval takes."""


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from strings(each)
    elif isinstance(value, dict):
        yield from strings(list(value.values()))


def templates(fields):
    own = fields.get("fewshot_config") or {}
    return [text for key in KEYS for text in (*strings(fields.get(key)), *strings(own.get(key)))]


def columns(fields):
    """Columns by name, each a tree of the fields that templates read of it; `[]` is an element."""
    tree = {}
    for key in KEYS:
        if isinstance(fields.get(key), str) and fields[key].isidentifier():
            tree.setdefault(fields[key], {})
    for text in templates(fields):
        visit(env.parse(text), {}, tree)
    return tree


def visit(node, bound, tree):
    if isinstance(node, nodes.For):
        place = path(node.iter, bound, tree)
        visit(node.iter, bound, tree)
        inner = dict(bound)
        for name in node.target.find_all(nodes.Name) if not isinstance(node.target, nodes.Name) else [node.target]:
            inner[name.name] = None if place is None else place.setdefault("[]", {})
        for child in node.body + node.else_:
            visit(child, inner, tree)
        return
    if isinstance(node, nodes.Assign) and isinstance(node.target, nodes.Name):
        visit(node.node, bound, tree)
        bound[node.target.name] = path(node.node, bound, tree)
        return
    if isinstance(node, (nodes.Getattr, nodes.Getitem, nodes.Name)):
        path(node, bound, tree)
    for child in node.iter_child_nodes():
        if isinstance(node, nodes.Call) and child is node.node and isinstance(child, nodes.Getattr):
            # A method.
            visit(child.node, bound, tree)
        elif not (isinstance(node, (nodes.Getattr, nodes.Getitem)) and child is node.node and isinstance(child, nodes.Name)):
            visit(child, bound, tree)


def path(node, bound, tree):
    """The place in the tree that an expression reads, or None."""
    if isinstance(node, nodes.Name):
        if node.name in bound:
            return bound[node.name]
        return None if node.name in ("range", "loop", "namespace") else tree.setdefault(node.name, {})
    if isinstance(node, nodes.Getattr):
        place = path(node.node, bound, tree)
        return None if place is None else place.setdefault(node.attr, {})
    if isinstance(node, nodes.Getitem):
        place = path(node.node, bound, tree)
        if place is None:
            return None
        if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
            return place.setdefault(node.arg.value, {})
        return place.setdefault("[]", {}) if isinstance(node.arg, nodes.Const) else None
    return None


def leaves(tree, place=()):
    for name, below in tree.items():
        if below:
            yield from leaves(below, (*place, name))
        else:
            yield (*place, name)


def value_of(kind, row, number, texts):
    text = texts[(5 * row + 3 * number) % len(texts)] + (f" {row}" if row >= ROWS else "")
    several = [texts[(5 * row + 3 * number + each) % len(texts)] for each in range(4)]
    return {
        "text": text,
        "index": row % 2,
        "one": 1 + row % 2,
        "list": several,
        "letter": "ABCD"[row % 2],
        "digit": str(row % 2),
        "numeral": str(1 + row % 2),
        "pick": several[0],
        "boolean": row % 2 == 0,
        "yes": ["yes", "no"][row % 2],
        "letters": list("ABCD"),
        "ones": [1 if each == row % 2 else 0 for each in range(4)],
    }[kind]


def build(tree, kinds, row, texts, place=(), counter=None):
    counter = counter if counter is not None else itertools.count()
    made = {}
    for name, below in tree.items():
        here = (*place, name)
        made[name] = value_of(kinds[here], row, next(counter), texts) if not below else build(below, kinds, row, texts, here, counter)
    if "[]" in made:
        element = made["[]"]
        if len(made) > 1:
            raise Unmade("a list with names")
        if isinstance(element, str):
            number = next(counter)
            return [element, *(texts[(5 * row + 3 * number + each) % len(texts)] for each in (7, 8, 9))]
        return [element] * 4
    return made


def read(key, given, row, has_choices):
    """As ConfigurableTask reads a key."""
    if not isinstance(given, str):
        return list(given.values()) if isinstance(given, dict) else given
    if given in row:
        return row[given]
    text = apply_template(given, row)
    if key == "doc_to_choice":
        return ast.literal_eval(text)
    if text.isdigit() and has_choices:
        return ast.literal_eval(text)
    if key == "doc_to_target" and len(text) >= 2 and text[0] == "[" and text[-1] == "]":
        try:
            return ast.literal_eval(text)
        except (SyntaxError, ValueError):
            return text
    return text


def is_valid(fields, row):
    """Whether the row makes a question with a right answer among several."""
    choices_key = fields.get("doc_to_choice")
    prompt = read("doc_to_text", fields["doc_to_text"], row, choices_key is not None)
    target = read("doc_to_target", fields["doc_to_target"], row, choices_key is not None)
    if fields["output_type"] != "multiple_choice":
        return isinstance(prompt, str) and isinstance(target, str) and len(target) > 0
    choices = read("doc_to_choice", choices_key, row, True)
    if not (isinstance(choices, list) and len(choices) > 1 and all(isinstance(each, str) and each for each in choices)):
        return False
    if isinstance(prompt, int) and not isinstance(prompt, bool):
        return 0 <= prompt < len(choices) and isinstance(target, str) and len(target) > 0
    golds = target if isinstance(target, list) else [target]
    fits = lambda gold: gold in choices if isinstance(gold, str) else isinstance(gold, int) and 0 <= gold < len(choices)
    if not isinstance(prompt, str) or not golds or not all(fits(gold) for gold in golds):
        return False
    return not isinstance(target, list) or all(isinstance(gold, int) for gold in golds)


def are_different(fields, rows):
    """Whether no prompt is empty and no two are equal: evalharness takes rows with one prompt for the same question."""
    if fields["doc_to_text"] == "":
        return True
    prompts = [read("doc_to_text", fields["doc_to_text"], row, fields.get("doc_to_choice") is not None) for row in rows]
    return isinstance(prompts[0], int) or all(prompt.strip() for prompt in prompts) and len(set(prompts)) == len(prompts)


def guess(place):
    """Likely kinds, most likely first."""
    name = place[-1].lower() if place[-1] != "[]" else place[-2].lower() if len(place) > 1 else ""
    if place[-1] != "[]" and any(word in name for word in ("choices", "options", "endings", "candidates")):
        return ("list", "text")
    if name[-1:].isdigit():
        return ("text",)
    if any(word in name for word in ("label", "answer", "gold", "target", "correct", "idx", "index", "class")):
        return ("index", "letter", "digit", "numeral", "one", "pick", "text", "boolean")
    return ("text", "list")


def rows_for(fields):
    """Rows to score, rows for examples, and which texts they have. Fails with Unmade."""
    if fields.get("dataset_path") in SCHEMAS:
        rows = [SCHEMAS[fields["dataset_path"]](row, [TEXTS[(5 * row + 3 * each) % len(TEXTS)] for each in range(4)]) for row in range(2 * ROWS)]
        return rows[:ROWS], rows[ROWS:], "schema"
    tree = columns(fields)
    places = list(leaves(tree))
    rng = random.Random(1)
    for texts, name in ((TEXTS, "odd"), (SENTENCES, "sentences"), (PLAIN, "plain")):
        for attempt in range(TRIES):
            likely = {place: guess(place) for place in places}
            kinds = {
                place: likely[place][0] if attempt == 0 else rng.choice(likely[place] if rng.random() < 0.75 else LEAVES) for place in places
            }
            try:
                rows = [build(tree, kinds, row, texts) for row in range(2 * ROWS)]
                if all(is_valid(fields, row) for row in rows) and are_different(fields, rows):
                    return rows[:ROWS], rows[ROWS:], name
            except Exception:  # noqa: BLE001
                continue
    raise Unmade(f"no values found for {', '.join('.'.join(place) for place in places) or 'no columns'}")
