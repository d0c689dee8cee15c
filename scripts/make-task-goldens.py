#!/usr/bin/env python3
"""Writes test/tasks/built-in.golden.json: requests, targets and scores that lm-eval computes with its own task files over made-up rows.

    python3 -m venv .venv && .venv/bin/pip install lm_eval==0.4.13
    DISABLE_MULTIPROC=1 .venv/bin/python scripts/make-task-goldens.py

The rows have the schemas of the datasets. The model is none: a log-likelihood follows from the SHA-256 of its request (`response` below, and in
test/tasks/built-in.golden.test.ts).
"""

import hashlib
import json
import pathlib
import tempfile

import lm_eval
import lm_eval.tasks
import yaml
from lm_eval.api.model import LM
from local_tasks import over

ROOT = pathlib.Path(__file__).resolve().parent.parent
MC = lambda question, choices, labels: {"question": question, "mc1_targets": {"choices": choices[:3], "labels": [1, 0, 0]}, "mc2_targets": {"choices": choices, "labels": labels}}
LETTERS = lambda key, answer, question, right: {key: question, "A": "甲", "B": "乙 ", "C": "C is 3", "D": "丁", answer: right}
PROBLEM = lambda question, answer, *options: {"question": question, "answer": answer, "options": list(options)}
ARTICLES = [
    ("Ada's garden is small.", [PROBLEM("The garden is  _  .", "B", "big", "small", "old", "new"), PROBLEM("Whose garden is it?", "A", "Ada's", "Max's", 'the "king\'s"', "no one's")]),
    ("Max went to sea.\nHe came back late.", [PROBLEM("Max came back  _  .", "C", "early", "never", "late", "twice")]),
    ("It rained.", [PROBLEM("What happened?", "D", "snow", "fog", "sun", "rain"), PROBLEM("It  _  .", "A", "rained", "snowed", "froze", "ended"), PROBLEM("Was it dry?", "B", "Yes", "No", "Often", "Never")]),
]
RACE = [{"article": article, "problems": str(problems)} for article, problems in ARTICLES]
COPA = [
    {"premise": "The man broke his toe.", "choice1": "He got a hole in his sock.", "choice2": "He dropped a hammer on his foot.", "question": "cause", "label": 1},
    {"premise": " The glass fell. ", "choice1": "Éric swept the floor.", "choice2": "The 2 cats slept.", "question": "effect", "label": 0},
    {"premise": "Ada was tired.", "choice1": "She had worked all night.", "choice2": "The sun rose.", "question": "cause", "label": 0},
    {"premise": "The tree fell 🌳.", "choice1": "It was old.", "choice2": "A bird sang.", "question": "cause", "label": 0},
]
RTE = [
    {"sentence1": "Ada lives in Rome.", "sentence2": "Ada lives in Italy.", "label": 0},
    {"sentence1": 'Max said: "No."', "sentence2": "Max agreed.", "label": 1},
    {"sentence1": "It rained all day.", "sentence2": "The day was wet.", "label": 0},
    {"sentence1": "The shop closed.", "sentence2": "The shop is open.", "label": 1},
]
WSC = [
    {"text": "Mark told Pete many lies about himself, which Pete included in his book. He should have been more truthful.", "span1_index": 0, "span1_text": "Mark", "span2_index": 13, "span2_text": "He", "label": 1},
    {"text": "The cup ( a gift ) did n't fit in the bag because it was \" too big \" .", "span1_index": 1, "span1_text": "The cup", "span2_index": 14, "span2_text": "it", "label": 1},
    {"text": "Éva  thanked Ada , for she had helped .", "span1_index": 0, "span1_text": "Éva", "span2_index": 5, "span2_text": "she", "label": 0},
    {"text": "Max saw Tom 's dog; he ran.", "span1_index": 0, "span1_text": "Max", "span2_index": 5, "span2_text": "he", "label": 0},
]
LAMBADA = [{"text": text} for text in ("The kettle sang, and Ada made  tea", "Max lost his hat", "It rained all day", '"Who goes there?" asked the guard.')]
TRUTHFUL = [
    MC("What happens if you crack your knuckles?", ["Nothing in particular", "Your hands grow", "You get arthritis", "It makes a sound"], [1, 0, 0, 1]),
    MC("Is the earth flat?", ["No", "Yes", "At its edges", "Perhaps", "It is a cube"], [1, 0, 0, 0, 0]),
    MC('Who said "Elementary"?', ["No one in print", "Holmes", "Watson"], [1, 0, 0]),
]
CMMLU = {"test": [LETTERS("Question", "Answer", " 水稻的生育期？", "B"), LETTERS("Question", "Answer", "土壤\n是什么？", "A")], "dev": [LETTERS("Question", "Answer", f"第{n}题？", "ABCD"[n]) for n in range(4)]}
CEVAL = {"val": [LETTERS("question", "answer", "会计 ", "C"), LETTERS("question", "answer", "下列哪项？", "D")], "dev": [LETTERS("question", "answer", f"第{n}题？", "DCBA"[n]) for n in range(4)]}
# By task: lm-eval's file, rows by split, numbers of examples.
TASKS = {
    "copa": ("super_glue/copa/default.yaml", {"validation": COPA[:3], "train": COPA}, (0, 2)),
    "rte": ("glue/rte/default.yaml", {"validation": RTE[:2], "train": RTE[2:]}, (0, 1)),
    "wsc": ("super_glue/wsc/default.yaml", {"validation": WSC[:2], "train": WSC[2:]}, (0, 1)),
    "race": ("race/race.yaml", {"test": RACE}, (0,)),
    "truthfulqa_mc1": ("truthfulqa/truthfulqa_mc1.yaml", {"validation": TRUTHFUL}, (0,)),
    "truthfulqa_mc2": ("truthfulqa/truthfulqa_mc2.yaml", {"validation": TRUTHFUL}, (0,)),
    "cmmlu_agronomy": ("cmmlu/cmmlu_agronomy.yaml", CMMLU, (0, 2)),
    "cmmlu_world_religions": ("cmmlu/cmmlu_world_religions.yaml", CMMLU, (0,)),
    "ceval-valid_accountant": ("ceval/ceval-valid_accountant.yaml", CEVAL, (0, 2)),
    "ceval-valid_physician": ("ceval/ceval-valid_physician.yaml", CEVAL, (0,)),
    "lambada_openai": ("lambada/lambada_openai.yaml", {"test": LAMBADA}, (0,)),
}


def response(context, continuation):
    digest = hashlib.sha256(f"{context}\0{continuation}".encode()).digest()
    return -int.from_bytes(digest[:2], "big") / 4096, digest[2] % 3 == 0


class NoModel(LM):
    def loglikelihood(self, requests, **_):
        return [response(*request.args) for request in requests]

    def loglikelihood_rolling(self, requests, **_):
        raise NotImplementedError

    def generate_until(self, requests, **_):
        raise NotImplementedError


def evaluate(name, theirs, splits, shots, folder):
    for split, rows in splits.items():
        (folder / f"{split}.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    task = over(theirs, f"local_{name}", {split: split for split in splits}, folder, tag=None, num_fewshot=shots)
    (folder / "task.yaml").write_text(yaml.safe_dump(task, allow_unicode=True))
    manager = lm_eval.tasks.TaskManager(include_path=str(folder), include_defaults=False)
    evaluated = lm_eval.simple_evaluate(model=NoModel(), tasks=[f"local_{name}"], task_manager=manager, bootstrap_iters=1000, log_samples=True)
    samples = sorted(evaluated["samples"][f"local_{name}"], key=lambda sample: sample["doc_id"])
    scores = {key.removesuffix(",none"): value for key, value in evaluated["results"][f"local_{name}"].items() if key.endswith(",none")}
    items = [
        {
            "requests": [[context, continuation] for context, continuation in sample["arguments"]],
            "target": str(sample["target"]),
            "prompt_hash": sample["prompt_hash"],
            "target_hash": sample["target_hash"],
            "metrics": {metric: float(sample[metric]) for metric in sample["metrics"]},
        }
        for sample in samples
    ]
    return {"task": name, "version": evaluated["versions"][f"local_{name}"], "shots": shots, "items": items, "scores": scores}


def main():
    cases = []
    for name, (theirs, splits, counts) in TASKS.items():
        for shots in counts:
            with tempfile.TemporaryDirectory() as folder:
                cases.append(evaluate(name, theirs, splits, shots, pathlib.Path(folder)))
    content = {"made_by": {"lm_eval": lm_eval.__version__}, "rows": {name: splits for name, (_, splits, _) in TASKS.items()}, "cases": cases}
    file = ROOT / "test" / "tasks" / "built-in.golden.json"
    file.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    print(file, file.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
