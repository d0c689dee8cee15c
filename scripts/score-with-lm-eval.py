#!/usr/bin/env python3
"""Scores a checkpoint with lm-eval over local rows and says how long its scoring took: loading and building of requests are left out.

    python scripts/score-with-lm-eval.py --model MODEL --backend hf --dtype float32 --batch-size 16 --data-dir DATA --tasks piqa=200,mmlu_anatomy=100

Prints one line of JSON: by task the seconds in which lm-eval answered its requests, and the scores. Task files are lm-eval's own; only the
data source is pointed at DATA (TASK/SPLIT.jsonl). The backend is hf, or onnxruntime with a graph as scripts/bench/full-logits-graph.ts writes it,
or local-completions with a server at --url that calls the model by its folder's name, whose tokenizer MODEL has (needs tenacity and aiohttp).
"""

import argparse
import json
import pathlib
import tempfile
import time

import lm_eval
import lm_eval.tasks
import yaml
from lm_eval.api.registry import get_model
from local_tasks import form_task, letter_task


def task_file(name, data):
    """lm-eval's own task over local rows, under our own name."""
    own = f"local_{name}"
    return letter_task(name.removeprefix("mmlu_"), own, data) if name.startswith("mmlu_") else form_task(name, own, data)


def timed(model):
    """Counts the seconds that the model spends on requests."""
    spent = {"seconds": 0.0}
    for method in ("loglikelihood", "loglikelihood_rolling"):
        plain = getattr(model, method)

        def measured(*args, plain=plain, **kwargs):
            started = time.perf_counter()
            try:
                return plain(*args, **kwargs)
            finally:
                spent["seconds"] += time.perf_counter() - started

        setattr(model, method, measured)
    return spent


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--backend", choices=["hf", "onnxruntime", "local-completions"], default="hf")
    parser.add_argument("--dtype", default="auto")
    parser.add_argument("--batch-size", type=int, default=1)
    parser.add_argument("--url", help="of a completions API: http://HOST:PORT/v1")
    parser.add_argument("--concurrent", type=int, default=1, help="requests in flight")
    parser.add_argument("--data-dir", type=pathlib.Path, required=True)
    parser.add_argument("--tasks", required=True)
    arguments = parser.parse_args()
    options = {}
    if arguments.backend == "hf":
        options = {"dtype": arguments.dtype, "device": "cpu", "batch_size": arguments.batch_size}
    if arguments.backend == "local-completions":
        # The longest text that vLLM takes with --max-model-len 2048, and the token that each request must generate.
        options = {"base_url": f"{arguments.url}/completions", "tokenizer": arguments.model, "tokenizer_backend": "huggingface", "max_length": 2048}
        options |= {"model": pathlib.Path(arguments.model).name, "num_concurrent": arguments.concurrent, "batch_size": arguments.batch_size}
    model = get_model(arguments.backend)(**{"pretrained": arguments.model, **options})
    spent = timed(model)
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        asked = [part.split("=") for part in arguments.tasks.split(",")]
        for name, _ in asked:
            pathlib.Path(folder, f"{name}.yaml").write_text(yaml.safe_dump(task_file(name, arguments.data_dir.resolve())))
        manager = lm_eval.tasks.TaskManager(include_path=folder, include_defaults=False)
        for name, limit in asked:
            before = spent["seconds"]
            evaluated = lm_eval.simple_evaluate(model=model, tasks=[f"local_{name}"], limit=int(limit), task_manager=manager, bootstrap_iters=0, log_samples=False)
            scores = evaluated["results"][f"local_{name}"]
            figures = {key.removesuffix(",none"): value for key, value in scores.items() if key in ("acc,none", "acc_norm,none", "word_perplexity,none")}
            results[name] = {"items": int(limit), "seconds": spent["seconds"] - before, "scores": figures}
    print(json.dumps(results))


if __name__ == "__main__":
    main()
