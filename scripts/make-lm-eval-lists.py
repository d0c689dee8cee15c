"""Writes what evalharness must know of lm-evaluation-harness's command line and tasks, from its installed package.

    python scripts/make-lm-eval-lists.py

- test/commands/lm-eval-0.4.13.json: every flag of `lm-eval run`, `ls` and `validate` with its short name, the arguments
  of the model `hf`, and the names of the kinds of models. The tests compare src/commands/lm-eval/ with it.
- src/task/generation-task-names.ts: tasks and groups whose output_type is generate_until (also lm-eval's default), and of
  them those that show images or play sounds. `*` at the end of a name stands for any ending: such a pattern matches no
  task of lm-eval that does not generate.

Made with lm-eval 0.4.13.
"""

import argparse
import collections
import importlib.metadata
import inspect
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
VERSION = importlib.metadata.version("lm_eval")
if VERSION != "0.4.13":
    sys.exit(f"lm-eval {VERSION} is installed; the lists are of 0.4.13")


def flags():
    from lm_eval._cli.harness import HarnessCLI

    commands = HarnessCLI()._subparsers.choices
    result = {}
    for command, parser in commands.items():
        result[command] = []
        for action in parser._actions:
            long = [name[2:] for name in action.option_strings if name.startswith("--")]
            short = [name[1:] for name in action.option_strings if not name.startswith("--")]
            if not long or isinstance(action, argparse._HelpAction):
                continue
            result[command].append({"name": long[0], "short": short[0] if short else None, "values": values_of(action)})
    return result


def values_of(action):
    if action.nargs == 0:
        return "none"
    return {None: "one", "?": "optional", "+": "several"}[action.nargs]


def model_arguments():
    from lm_eval.models.huggingface import HFLM

    return [name for name, parameter in inspect.signature(HFLM.__init__).parameters.items() if name != "self" and parameter.kind != parameter.VAR_KEYWORD]


def model_kinds():
    import lm_eval.models  # noqa: F401  (registers them)
    from lm_eval.api.registry import model_registry

    return sorted(model_registry.keys())


def output_types():
    """The output types below each name: those of the task, or of the members of the group or tag."""
    import lm_eval.tasks
    from lm_eval.api.task import TaskConfig
    from lm_eval.tasks._index import Kind, TaskIndex

    default = TaskConfig.__dataclass_fields__["output_type"].default
    index = TaskIndex.build([Path(lm_eval.tasks.__file__).parent])
    members_of_tag = collections.defaultdict(list)
    for name, entry in index.items():
        for tag in entry.tags:
            members_of_tag[tag].append(name)

    def below(name, path=()):
        entry = index.get(name)
        if entry is None or name in path or entry.kind is Kind.PY_TASK:
            return {("unknown", False)}
        config = entry.cfg or {}
        if entry.kind is Kind.TASK:
            shows = any(key in config for key in ("doc_to_image", "doc_to_audio"))
            return {(config.get("output_type", default), shows)}
        members = members_of_tag[name] if entry.kind is Kind.TAG else flat(config.get("task", []))
        return set().union(*(below(member, (*path, name)) for member in members)) if members else {("unknown", False)}

    return {name: below(name) for name in index}


def flat(members):
    if isinstance(members, list):
        return [name for member in members for name in flat(member)]
    return [members if isinstance(members, str) else str(members.get("task"))]


def patterns(wanted, others):
    """The names as few patterns: three and more names with a common beginning that no other name has become `BEGINNING_*`."""
    trie = {}
    for name in sorted(wanted | others):
        node = trie
        for part in re.findall(r"[^_-]+[_-]*|[_-]+", name):
            node = node.setdefault(part, {})
        node[""] = name in wanted

    def only_wanted(node):
        return all(below if part == "" else only_wanted(below) for part, below in node.items())

    def endings(node):
        return [part + rest for part, below in node.items() for rest in ([""] if part == "" else endings(below))]

    def walk(node, prefix):
        if prefix and only_wanted(node) and len(endings(node)) >= 3:
            return [prefix + "*"]
        own = [prefix] if node.get("") else []
        return own + [pattern for part, below in node.items() if part != "" for pattern in walk(below, prefix + part)]

    return sorted(walk(trie, ""))


def wrapped(words, width=150):
    lines = [""]
    for word in words:
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + word
    return "\n".join(lines)


def task_names():
    types = output_types()
    suffix = "_generate_until"
    generates = {name for name, found in types.items() if {kind for kind, _ in found} == {"generate_until"}}
    assert all(name in generates for name in types if name.endswith(suffix))
    shows = {name for name, found in types.items() if all(is_shown for _, is_shown in found)}
    short = {name for name in generates if not name.endswith(suffix)}
    others = {name for name in types if name not in generates}
    text = f"""/**
 * Tasks of lm-eval {VERSION} that ask the model to write text, and tasks with images or sounds. `*` stands for any text.
 * Written by scripts/make-lm-eval-lists.py from the task files of lm-eval.
 */

/** Tasks and groups whose output_type is generate_until: {len(generates):,} names. */
export const GENERATION_TASKS = `
*{suffix}
{wrapped(patterns(short, others))}
`

/** Tasks and groups with images or sounds: {len(shows):,} names. */
export const MULTIMODAL_TASKS = `
{wrapped(patterns(shows, set(types) - shows))}
`
"""
    (ROOT / "src/task/generation-task-names.ts").write_text(text)
    print(f"{len(types)} names, {len(generates)} generate text, {len(shows)} are multimodal; {len(text)} bytes")


def main():
    lists = {"version": VERSION, "flags": flags(), "modelArguments": model_arguments(), "models": model_kinds()}
    (ROOT / f"test/commands/lm-eval-{VERSION}.json").write_text(json.dumps(lists, indent=2) + "\n")
    task_names()


main()
