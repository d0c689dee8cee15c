"""lm-eval's own task files, under other names and over local rows in JSON lines. For the scripts that score with lm-eval."""

import pathlib

import lm_eval.tasks

THEIRS = pathlib.Path(lm_eval.tasks.__file__).parent
# Their file, the rows by split, and what names a source that is not there.
FORMS = {
    "piqa": ("piqa/piqa.yaml", {"validation": "piqa/validation"}, {"training_split": None}),
    "boolq": ("super_glue/boolq/default.yaml", {"validation": "boolq/validation"}, {"tag": None, "training_split": None}),
    "hellaswag": ("hellaswag/hellaswag.yaml", {"validation": "hellaswag/validation"}, {"tag": None, "training_split": None}),
    "wikitext": ("wikitext/wikitext.yaml", {"test": "wikitext/test_document_level"}, {"validation_split": None, "training_split": None}),
}


def form_task(form, name, folder):
    """The content of a task file: one of FORMS, over the rows of `folder`."""
    theirs, files, fields = FORMS[form]
    return over(theirs, name, files, folder, **fields)


def letter_task(subject, name, folder):
    """The content of a task file: five-shot questions of MMLU's form about one subject."""
    files = {split: f"mmlu/{split}/{subject}" for split in ("dev", "test")}
    about = f"The following are multiple choice questions (with answers) about {subject.replace('_', ' ')}.\n\n"
    return over("mmlu/default/_default_template_yaml", name, files, folder, description=about, num_fewshot=5)


def over(theirs, name, files, folder, **fields):
    rows = {split: str(folder / f"{file}.jsonl") for split, file in files.items()}
    return {"include": str(THEIRS / theirs), "task": name, "dataset_path": "json", "dataset_name": None, "dataset_kwargs": {"data_files": rows}, **fields}
