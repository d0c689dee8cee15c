#!/usr/bin/env python3
"""Scores a checkpoint on the built-in suites with lm-eval itself: its own task files, pointed at demo/suites.

    pip install torch==2.13.0 transformers==5.23.0 accelerate lm_eval==0.4.13
    python scripts/score-demo-with-lm-eval.py MODEL OUTPUT_FOLDER

Writes results and samples as `lm-eval run --log_samples` does. `evalharness compare` reads them.
"""

import pathlib
import subprocess
import sys
import tempfile

import lm_eval.tasks
import yaml

SUITES = pathlib.Path(__file__).resolve().parent.parent / "demo" / "suites"
THEIRS = pathlib.Path(lm_eval.tasks.__file__).parent
TOPICS = ["animals", "materials", "people", "tools", "towns"]


def over(theirs, name, files, **fields):
    """One of lm-eval's task files, under another name and over local rows."""
    rows = {split: str(SUITES / f"{file}.jsonl") for split, file in files.items()}
    return {"include": str(THEIRS / theirs), "task": name, "dataset_path": "json", "dataset_name": None, "dataset_kwargs": {"data_files": rows}, **fields}


def task_files():
    """Name and content of each task file, and the group of MMLU's form."""
    no_training = {"training_split": None}
    yield over("piqa/piqa.yaml", "valley_piqa", {"validation": "piqa/validation"}, **no_training)
    yield over("super_glue/boolq/default.yaml", "valley_boolq", {"validation": "boolq/validation"}, tag=None, **no_training)
    yield over("hellaswag/hellaswag.yaml", "valley_hellaswag", {"validation": "hellaswag/validation"}, tag=None, **no_training)
    yield over("wikitext/wikitext.yaml", "valley_wikitext", {"test": "wikitext/test_document_level"}, validation_split=None, **no_training)
    for topic in TOPICS:
        files = {split: f"mmlu/{split}/valley_{topic}" for split in ("dev", "test")}
        about = f"The following are multiple choice questions (with answers) about valley {topic}.\n\n"
        yield over("mmlu/default/_default_template_yaml", f"valley_mmlu_{topic}", files, description=about, num_fewshot=5)
    yield {
        "group": "valley_mmlu",
        "task": [f"valley_mmlu_{topic}" for topic in TOPICS],
        "aggregate_metric_list": [{"metric": "acc", "weight_by_size": True}],
        "metadata": {"version": 1.0},
    }


def main(model, output):
    with tempfile.TemporaryDirectory() as folder:
        for number, content in enumerate(task_files()):
            pathlib.Path(folder, f"{number}.yaml").write_text(yaml.safe_dump(content))
        names = "valley_piqa,valley_boolq,valley_hellaswag,valley_mmlu,valley_wikitext"
        options = ["--tasks", names, "--include_path", folder, "--batch_size", "16", "--device", "cpu", "--log_samples", "--output_path", output]
        subprocess.run(
            [sys.executable, "-m", "lm_eval", "run", "--model", "hf", "--model_args", f"pretrained={model},dtype=float32", *options], check=True
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
