#!/usr/bin/env python3
"""What lm-eval makes of tasks under a chat template: hashes of prompts and log-likelihoods.

    pip install torch==2.13.0 transformers==5.24.0 lm_eval==0.4.13
    python scripts/make-chat-score-goldens.py             # writes test/run/chat-scores.golden.json: the built-in model in float64
    python scripts/make-chat-score-goldens.py SMOLLM2 OUT # the same of SmolLM2-135M in float32

The template is that of SmolLM2-Instruct. The tasks are YAML files over rows of the built-in tasks, so that both tools read the same files. Cases are
lm-eval's flags --num_fewshot, --fewshot_as_multiturn, --apply_chat_template and --system_instruction.
"""

import hashlib
import json
import os
import pathlib
import sys
import tempfile

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("DISABLE_MULTIPROC", "1")

import datasets
import lm_eval
import lm_eval.evaluator
import lm_eval.tasks
import torch
import transformers
from lm_eval.api.registry import get_model

datasets.disable_progress_bars()
lm_eval.evaluator.add_env_info = lambda results: None
ROOT = pathlib.Path(__file__).resolve().parent.parent
SUITES = ROOT / "demo" / "suites"
TEMPLATE = json.loads((ROOT / "test/model/chat-template/chat-template.golden.json").read_text(encoding="utf-8"))["templates"]["chatml"]
SOURCE = "dataset_path: json\ndataset_kwargs: {data_files: {test: NAME-test.jsonl, train: NAME-train.jsonl}}\ntest_split: test\nfewshot_split: train\n"
TASKS = {
    "piqa": 'task: chat_piqa\noutput_type: multiple_choice\ndoc_to_text: "Question: {{goal}}\\nAnswer:"\ndoc_to_choice: "{{[sol1, sol2]}}"\ndoc_to_target: label\n',
    "boolq": 'task: chat_boolq\noutput_type: multiple_choice\ndescription: "Answer with yes or no.\\n\\n"\ndoc_to_text: "{{passage.split(\' -- \')[0]}}: {{question}}?"\ndoc_to_choice: ["no", "yes"]\ndoc_to_target: label\ngen_prefix: "Answer:"\nfewshot_config: {sampler: first_n}\n',
    "words": 'task: chat_words\noutput_type: loglikelihood\ndoc_to_text: "{{goal.split(\' \')[:-1]|join(\' \')}}"\ndoc_to_target: "{{\' \' + goal.split(\' \')[-1]}}"\nmetric_list:\n  - metric: perplexity\n  - metric: acc\n',
}
ROWS = {"piqa": "piqa", "boolq": "boolq", "words": "piqa"}
SYSTEM = "You know the valley."
CASES = [
    {"shots": shots, "template": template, "multiturn": multiturn, "system": system}
    for shots in (0, 3)
    for template, multiturn, system in ((True, True, None), (True, True, SYSTEM), (True, False, None), (True, False, SYSTEM), (False, False, SYSTEM))
    if shots > 0 or multiturn or not template
]


def files():
    """Files by name: tasks and their rows."""
    content = {}
    for name, fields in TASKS.items():
        lines = (SUITES / ROWS[name] / "validation.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
        content[f"{name}.yaml"] = SOURCE.replace("NAME", name) + fields
        content[f"{name}-test.jsonl"] = "".join(lines[:3])
        content[f"{name}-train.jsonl"] = "".join(lines[3:11])
    return content


def log_prob(stored):
    return round(float(stored[0][0]), 9)


def item(sample):
    return {**{key: sample[key] for key in ("doc_hash", "prompt_hash", "target_hash")}, "logProbs": [log_prob(stored) for stored in sample["resps"]]}


def evaluate(model, manager, case):
    names = [f"chat_{name}" for name in TASKS]
    evaluated = lm_eval.simple_evaluate(
        model=model,
        tasks=names,
        num_fewshot=case["shots"],
        apply_chat_template=case["template"],
        fewshot_as_multiturn=case["multiturn"],
        system_instruction=case["system"],
        task_manager=manager,
        bootstrap_iters=0,
        log_samples=True,
    )
    samples = {name: sorted(evaluated["samples"][name], key=lambda sample: sample["doc_id"]) for name in names}
    return {**case, "tasks": {name: [item(sample) for sample in of_task] for name, of_task in samples.items()}}


def main():
    checkpoint, target = (pathlib.Path(path).resolve() for path in sys.argv[1:3]) if len(sys.argv) > 1 else (None, ROOT / "test" / "run" / "chat-scores.golden.json")
    torch.use_deterministic_algorithms(True)
    content = files()
    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place)
        os.environ["HF_DATASETS_CACHE"] = str(folder / "cache")
        for file in (checkpoint or ROOT / "demo" / "model").iterdir():
            folder.joinpath(file.name).symlink_to(file)
        folder.joinpath("chat_template.jinja").write_text(TEMPLATE, encoding="utf-8")
        tasks = folder / "tasks"
        tasks.mkdir()
        for name, text in content.items():
            tasks.joinpath(name).write_text(text, encoding="utf-8")
        os.chdir(tasks)
        dtype = "float32" if checkpoint else "float64"
        model = get_model("hf")(pretrained=str(folder), dtype=dtype, device="cpu", batch_size=1)
        manager = lm_eval.tasks.TaskManager(include_path=str(tasks), include_defaults=False)
        cases = [evaluate(model, manager, case) for case in CASES]
        sha = hashlib.sha256(model.chat_template(True).encode()).hexdigest()
    versions = {"lm_eval": lm_eval.__version__, "transformers": transformers.__version__, "torch": torch.__version__, "arithmetic": dtype}
    target.write_text(json.dumps({"made_by": versions, "chat_template_sha": sha, "files": content, "cases": cases}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(target, target.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
