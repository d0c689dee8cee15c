#!/usr/bin/env python3
"""Scores a checkpoint on the built-in tasks with lm-eval itself: its own task files, pointed at demo/suites.

    pip install torch==2.13.0 transformers==5.23.0 accelerate lm_eval==0.4.13
    python scripts/score-demo-with-lm-eval.py MODEL OUTPUT_FOLDER

Writes results and samples as `lm-eval run --log_samples` does. `evalharness compare` reads them.
"""

import pathlib
import subprocess
import sys
import tempfile

import yaml
from local_tasks import FORMS, form_task, letter_task

SUITES = pathlib.Path(__file__).resolve().parent.parent / "demo" / "suites"
TOPICS = ["animals", "materials", "people", "tools", "towns"]


def task_files():
    """Content of each task file, and the group of MMLU's form."""
    for form in FORMS:
        yield form_task(form, f"valley_{form}", SUITES)
    for topic in TOPICS:
        yield letter_task(f"valley_{topic}", f"valley_mmlu_{topic}", SUITES)
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
