#!/usr/bin/env python3
"""What lm-eval makes of YAML tasks over made-up rows: requests, targets, hashes, metrics and scores, for 0 and 2 examples.

    python3 -m venv .venv && .venv/bin/pip install lm_eval==0.4.13 scikit-learn
    .venv/bin/python scripts/make-yaml-goldens.py                                  # writes test/task/lm-eval/yaml.golden.json
    .venv/bin/python scripts/make-yaml-goldens.py --own-tasks OUT.json [PER_FOLDER]  # lm-eval's own files, for test/task/lm-eval/own-tasks.slow.ts

The first has the tasks of SHAPES. The second has, of each folder of lm-eval's tasks, PER_FOLDER (default 1) that use no Python function, over rows
made from the names in their templates (made_rows.py); what is left out has a reason. The model is none: a log-likelihood follows from the SHA-256 of its
request.
"""

import hashlib
import json
import os
import pathlib
import sys
import tempfile

os.environ.setdefault("DISABLE_MULTIPROC", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
CACHE = tempfile.TemporaryDirectory()
os.environ["HF_DATASETS_CACHE"] = CACHE.name

import datasets
import lm_eval
import lm_eval.evaluator
import lm_eval.tasks
import yaml
from lm_eval.api.model import LM
from lm_eval.tasks._yaml_loader import load_yaml
from local_tasks import THEIRS
from made_rows import rows_for
from yaml_shapes import SHAPES

datasets.disable_progress_bars()
# It lists the installed packages, for seconds a run.
lm_eval.evaluator.add_env_info = lambda results: None
ROOT = pathlib.Path(__file__).resolve().parent.parent
TYPES = ("multiple_choice", "loglikelihood", "loglikelihood_rolling")
# Files of one folder that are looked at.
MOST_FILES = 60


def response(*texts):
    digest = hashlib.sha256("\0".join(texts).encode()).digest()
    return -int.from_bytes(digest[:2], "big") / 4096, digest[2] % 3 == 0


class NoModel(LM):
    def loglikelihood(self, requests, **_):
        return [response(*request.args) for request in requests]

    def loglikelihood_rolling(self, requests, **_):
        return [response(*request.args)[0] for request in requests]

    def generate_until(self, requests, **_):
        raise NotImplementedError


def splits_of(fields):
    own = fields.get("fewshot_config") or {}
    names = [fields.get(key) for key in ("test_split", "validation_split", "training_split", "fewshot_split")] + [own.get("split")]
    return list(dict.fromkeys(name for name in names if isinstance(name, str)))


def evaluate(task, shots, folder):
    """`task` has the keys of a YAML file; its rows are local."""
    name = task["task"]
    (folder / "task.yaml").write_text(yaml.safe_dump({**task, "num_fewshot": shots}, allow_unicode=True))
    manager = lm_eval.tasks.TaskManager(include_path=str(folder), include_defaults=False)
    evaluated = lm_eval.simple_evaluate(model=NoModel(), tasks=[name], task_manager=manager, bootstrap_iters=2, log_samples=True)
    samples = sorted(evaluated["samples"][name], key=lambda sample: sample["doc_id"])
    return {
        "shots": shots,
        "version": evaluated["versions"][name],
        "items": [item(sample) for sample in samples],
        "scores": {key.removesuffix(",none"): value for key, value in evaluated["results"][name].items() if key.endswith(",none")},
    }


def item(sample):
    return {
        "requests": [list(arguments) for arguments in sample["arguments"]],
        "target": str(sample["target"]),
        **{key: sample[key] for key in ("doc_hash", "prompt_hash", "target_hash")},
        "metrics": {metric: plain(sample[metric]) for metric in sample["metrics"]},
    }


def plain(value):
    if isinstance(value, (list, tuple)) or hasattr(value, "tolist") and getattr(value, "shape", ()) != ():
        return [plain(each) for each in value]
    return float(value)


def cases_of(task, splits, folder, counts=(0, 2)):
    for split, rows in splits.items():
        (folder / f"{split}.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    files = {split: str(folder / f"{split}.jsonl") for split in splits}
    local = {**task, "dataset_path": "json", "dataset_name": None, "dataset_kwargs": {"data_files": files}}
    return [evaluate(local, shots, folder) for shots in counts]


def has_function(value):
    if isinstance(value, dict):
        return any(map(has_function, value.values()))
    if isinstance(value, (list, tuple)):
        return any(map(has_function, value))
    return not isinstance(value, (str, int, float, bool, type(None)))


def own_tasks(folder):
    """Tasks of a folder of lm-eval without a Python function, one of each form of prompt, and the number of files that were looked at."""
    files = sorted(folder.rglob("*.yaml"))
    step = max(1, len(files) // MOST_FILES)
    forms = {}
    for file in files[::step]:
        if "!function" in file.read_text(encoding="utf-8"):
            continue
        try:
            fields = load_yaml_text(file)
        except Exception:  # noqa: BLE001
            continue
        is_task = isinstance(fields.get("task"), str) and "group" not in fields and fields.get("output_type") in TYPES
        if not is_task or "doc_to_text" not in fields or "class" in fields:
            continue
        form = json.dumps([fields.get(key) for key in ("output_type", "doc_to_text", "doc_to_choice", "doc_to_target", "fewshot_config", "metric_list")], default=str)
        forms.setdefault(form, (file, fields))
    return list(forms.values())


def load_yaml_text(file):
    """With included keys; fails on a function."""
    fields = load_yaml(file, resolve_func=False)
    text = includes_text(file)
    if "!function" in text:
        raise ValueError("a function")
    return fields


def includes_text(file):
    text = file.read_text(encoding="utf-8")
    included = (yaml.safe_load(text) or {}).get("include") or []
    return text + "".join(includes_text(file.parent / name) for name in (included if isinstance(included, list) else [included]))


def shows_itself(fields, of_score):
    """Whether an item can be an example of itself; evalharness leaves it out."""
    own = fields.get("fewshot_config") or {}
    split = own.get("split") or fields.get("fewshot_split")
    drawn = split or ("" if own.get("samples") else fields.get("training_split") or fields.get("validation_split") or fields.get("test_split"))
    return drawn == of_score and split != fields.get("test_split")


def of_own_tasks(per_folder):
    tasks, left_out = [], []
    for folder in sorted(each for each in THEIRS.iterdir() if each.is_dir()):
        found = own_tasks(folder)
        for file, fields in found[:per_folder]:
            name = str(file.relative_to(THEIRS))
            try:
                scored, examples, texts = rows_for(fields)
                of_score = fields.get("test_split") or fields.get("validation_split")
                splits = {split: scored if split == of_score else examples for split in splits_of(fields)}
                task = {"include": str(file), "task": f"local_{fields['task']}", "tag": None}
                counts = (0,) if fields["output_type"] == "loglikelihood_rolling" or shows_itself(fields, of_score) else (0, 2)
                with tempfile.TemporaryDirectory() as place:
                    cases = cases_of(task, splits, pathlib.Path(place), counts)
                tasks.append({"file": name, "task": fields["task"], "texts": texts, "splits": splits, "cases": cases})
                print("made", name, texts, flush=True)
            except Exception as error:  # noqa: BLE001
                left_out.append({"file": name, "reason": f"{type(error).__name__}: {error}".splitlines()[0][:200]})
                print("left out", left_out[-1], flush=True)
    return {"made_by": {"lm_eval": lm_eval.__version__}, "tasks": tasks, "left_out": left_out}


def of_shapes():
    tasks = []
    for name, (text, splits, counts) in SHAPES.items():
        with tempfile.TemporaryDirectory() as place:
            cases = cases_of({**yaml.safe_load(text), "task": name}, splits, pathlib.Path(place), counts)
        tasks.append({"task": name, "yaml": text.strip() + "\n", "splits": splits, "cases": cases})
    return {"made_by": {"lm_eval": lm_eval.__version__}, "tasks": tasks}


def main():
    if sys.argv[1:2] == ["--own-tasks"]:
        target, per_folder = pathlib.Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 1
        content = of_own_tasks(per_folder)
    else:
        target, content = ROOT / "test" / "task" / "lm-eval" / "yaml.golden.json", of_shapes()
    target.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    print(target, target.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
