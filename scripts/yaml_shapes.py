"""Small YAML tasks of different shapes, with rows: what test/task/lm-eval/yaml.golden.json is made of."""

QUESTIONS = [
    {"question": "What does a cat  chase? ", "options": ["mice", "the 2 moons", "Éric's hat", 'a "plan"'], "label": 0, "letter": "A", "also": [0, 1], "topic": "cats"},
    {"question": "Wie heißt das?\nUnd warum?", "options": ["7", "甲乙", "snow 🌨", "x < y"], "label": 2, "letter": "C", "also": [2], "topic": "names"},
    {"question": "100% {{of}} it?", "options": ["Yes", "No ", "C:\\dir", "perhaps"], "label": 3, "letter": "D", "also": [0, 3], "topic": "shares"},
    {"question": "", "options": ["empty", "full", "half", "none"], "label": 1, "letter": "B", "also": [1, 2, 3], "topic": "glasses"},
    {"question": " Who?", "options": ["Ada", "Max", "Eve", "Tom"], "label": 0, "letter": "A", "also": [0], "topic": "people"},
]
PAIRS = [
    {"premise": "Ada lives in Rome.", "hypothesis": "Ada lives in Italy.", "label": 1, "whole": True},
    {"premise": 'Max said: "No."', "hypothesis": "Max agreed", "label": 0, "whole": False},
    {"premise": "It rained all day!", "hypothesis": "the day was wet.", "label": 1, "whole": True},
    {"premise": "Éva's shop closed.", "hypothesis": "The shop is open.", "label": 0, "whole": False},
    {"premise": "Two and two.", "hypothesis": "Four 4.", "label": 0, "whole": True},
    {"premise": "Snow 🌨.", "hypothesis": "Rain.", "label": 1, "whole": True},
]
BLANKS = [
    {"sentence": "Ada thanked Eve because _ had helped.", "option1": "Ada", "option2": "Eve", "answer": "2"},
    {"sentence": "The cup did not fit in the bag: _  was too big.", "option1": "the cup", "option2": "the bag", "answer": "1"},
    {"sentence": "_ ran.", "option1": "Él", "option2": "She 🌨", "answer": "1"},
    {"sentence": "It is _ here", "option1": "'so'", "option2": "not", "answer": "2"},
]
TEXTS = [{"text": text, "parts": {"title": title, "lines": lines}} for text, title, lines in (
    ("The kettle sang, and Ada made  tea", "Tea ", ["one", "two"]),
    ("Max lost his hat", "Éric's", ["a  b", ' "c"']),
    ("It rained all\nday", "", ["x"]),
    ("甲乙 丙 100", "T", ["1", "2", "3"]),
)]
NESTED = [
    {"ask": {"stem": "Which?", "choices": [{"label": "A", "text": "red"}, {"label": "B", "text": "blue's"}, {"label": "C", "text": "甲"}]}, "key": "B", "context": None},
    {"ask": {"stem": "What is it?", "choices": [{"label": "A", "text": "a"}, {"label": "B", "text": "b "}, {"label": "C", "text": "100"}]}, "key": "A", "context": "It is a."},
    {"ask": {"stem": "Why", "choices": [{"label": "A", "text": "so"}, {"label": "B", "text": "thus"}, {"label": "C", "text": "no 2"}]}, "key": "C", "context": ""},
]

# By name: YAML without its dataset, rows by split, numbers of examples.
SHAPES = {
    "columns": ("""
output_type: multiple_choice
training_split: train
test_split: test
doc_to_text: question
doc_to_choice: options
doc_to_target: label
metadata: {version: 1.5}
""", {"test": QUESTIONS[:3], "train": QUESTIONS[3:]}, (0, 2)),
    "letters": ("""
output_type: multiple_choice
validation_split: validation
fewshot_split: dev
fewshot_config: {sampler: first_n}
description: "Questions about {{topic}}.\\n\\n"
doc_to_text: "{{question.strip()}}\\n{% for each in options %}{{'ABCD'[loop.index0]}}. {{each}}\\n{% endfor %}Answer:"
doc_to_choice: ["A", "B", "C", "D"]
doc_to_target: letter
metric_list:
  - {metric: acc, aggregation: mean, higher_is_better: true}
  - {metric: acc_bytes, aggregation: mean, higher_is_better: true}
metadata: {version: 0.0}
""", {"validation": QUESTIONS[:3], "dev": QUESTIONS[3:]}, (0, 2)),
    "several_right": ("""
output_type: multiple_choice
test_split: test
training_split: train
doc_to_text: "Q: {{question}}"
target_delimiter: "\\nA: "
fewshot_delimiter: "\\n---\\n"
doc_to_choice: "{{options}}"
doc_to_target: "{{also}}"
fewshot_config: {doc_to_target: "{{options[label]}}"}
metric_list:
  - metric: acc
  - metric: acc_norm
  - metric: exact_match
""", {"test": QUESTIONS[:3], "train": QUESTIONS[3:]}, (0, 2)),
    "contexts": ("""
output_type: multiple_choice
test_split: test
training_split: train
target_delimiter: " "
doc_to_text: label
doc_to_choice: "{% set index = sentence.index('_') %}{{[sentence[:index] + option1, sentence[:index] + option2]}}"
doc_to_target: "{{sentence[sentence.index('_') + 1:].strip()}}"
metric_list:
  - metric: acc
    aggregation: mean
    higher_is_better: true
""", {"test": [{**row, "label": int(row["answer"]) - 1} for row in BLANKS[:2]], "train": [{**row, "label": int(row["answer"]) - 1} for row in BLANKS[2:]]}, (0, 2)),
    "classes": ("""
output_type: multiple_choice
validation_split: validation
training_split: train
doc_to_text: "{{premise}}\\nQuestion: {{hypothesis}}{% if not hypothesis.endswith('.') %}.{% endif %} True or False?\\nAnswer:"
doc_to_choice: ["False", "True"]
doc_to_target: label
metric_list:
  - metric: acc
  - metric: f1
  - metric: mcc
  - metric: exact_match
""", {"validation": PAIRS[:3], "train": PAIRS[3:]}, (0, 2)),
    "probabilities": ("""
output_type: multiple_choice
test_split: test
training_split: train
doc_to_text: "{{premise|lower}} / {{hypothesis|replace('.', '')}}:"
doc_to_choice: {no: "not so", yes: so}
doc_to_target: "{{['so', 'not so'][label]}}"
metric_list:
  - metric: brier_score
    aggregation: brier_score
    higher_is_better: false
""", {"test": PAIRS[:3], "train": PAIRS[3:]}, (0, 2)),
    "mutual_information": ("""
output_type: multiple_choice
test_split: test
training_split: train
doc_to_text: "{{question|trim}} ->"
doc_to_choice: "{{options}}"
doc_to_target: "{{label}}"
gen_prefix: "It is"
metric_list:
  - metric: acc
  - metric: acc_mutual_info
""", {"test": QUESTIONS[:2], "train": QUESTIONS[2:]}, (0, 2)),
    "samples": ("""
output_type: multiple_choice
test_split: test
doc_to_text: "{% if context %}{{context}} {% endif %}{{ask.stem}}\\n{{ask.choices | map(attribute='text') | join(', ')}}"
doc_to_choice: "{{ask.choices | map(attribute='text') | list}}"
doc_to_target: "{{ask.choices | map(attribute='label') | list | length - 3 + ['A', 'B', 'C'].index(key)}}"
fewshot_config:
  sampler: first_n
  samples:
    - {given: "one  two", then: three}
    - {given: "a", then: "b c"}
  doc_to_text: "{{given}} ..."
  doc_to_target: "{{then}}"
  doc_to_choice: ["three", "b c"]
""", {"test": NESTED}, (0, 2)),
    "last_word": ("""
output_type: loglikelihood
test_split: test
training_split: train
doc_to_text: "{{text.split(' ')[:-1]|join(' ')}}"
doc_to_target: "{{' ' + text.split(' ')[-1]}}"
metric_list:
  - metric: perplexity
  - metric: acc
""", {"test": TEXTS[:2], "train": TEXTS[2:]}, (0, 2)),
    "documents": ("""
output_type: loglikelihood_rolling
test_split: test
doc_to_text: ""
doc_to_target: "{{parts.title}}\\n{% for line in parts.lines %}{{line|upper}};{% endfor %}{{text}}"
metric_list:
  - metric: word_perplexity
  - metric: byte_perplexity
  - metric: bits_per_byte
""", {"test": TEXTS}, (0,)),
}
