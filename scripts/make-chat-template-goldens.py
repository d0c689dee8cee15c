"""
Prompts of chat templates: test/model/chat-template/chat-template.golden.json, by transformers, and test/task/render/chat-prompts.golden.json, by lm-eval.

    python scripts/make-chat-template-goldens.py

The templates are those of SmolLM2-Instruct, Gemma, Llama 3 and Mistral as their checkpoints have them, and one with what else the language has.
"""

import json
import pathlib
import tempfile

import jinja2
import lm_eval
import transformers
from lm_eval.api.task import ConfigurableTask
from tokenizers import Tokenizer, models

TESTS = pathlib.Path(__file__).parent.parent / "test"
TEMPLATES = {
'chatml':"{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n' }}{% endif %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
'gemma':"{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}{% if (message['role'] == 'assistant') %}{% set role = 'model' %}{% else %}{% set role = message['role'] %}{% endif %}{{ '<start_of_turn>' + role + '\n' + message['content'] | trim + '<end_of_turn>\n' }}{% endfor %}{% if add_generation_prompt %}{{'<start_of_turn>model\n'}}{% endif %}",
'llama3':"{% set loop_messages = messages %}{% for message in loop_messages %}{% set content = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}",
'mistral':"{{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + ' [/INST]' }}{% elif message['role'] == 'assistant' %}{{ message['content'] + eos_token}}{% else %}{{ raise_exception('Only user and assistant roles are supported!') }}{% endif %}{% endfor %}",
'blocks':"""{%- set ns = namespace(system='', found=false) -%}
{%- for m in messages if m.role == 'system' -%}
    {%- set ns.system = ns.system ~ m.content.strip() -%}
    {%- set ns.found = true -%}
{%- endfor -%}
{%- macro turn(role, text) -%}
<|{{ role | upper }}|>
{{ text | trim }}{{ eos_token }}
{% endmacro -%}
{{- bos_token -}}
{%- if ns.found %}
{{ turn('system', ns.system) }}
{%- endif %}
{% for m in messages %}
    {% if m.role == 'system' %}{% continue %}{% endif %}
    {% if loop.index > 40 %}{% break %}{% endif %}
    {% if m.role == 'assistant' %}
<|bot|>{% generation %}{{ m['content'] }}{{ eos_token }}{% endgeneration %}

    {% else %}
<|user|>{{ m | tojson }} {{ {'a': [1, true, none], 'b': m.content} | tojson(indent=2) }}

    {% endif %}
{% endfor %}
{%- if tools is not none and tools %}tools{% endif %}
{% if add_generation_prompt is defined and add_generation_prompt %}<|bot|>{% endif %}
""",
}


def user(text):
    return {"role": "user", "content": text}


def assistant(text):
    return {"role": "assistant", "content": text}


def system(text):
    return {"role": "system", "content": text}


CHATS = [
    [user("Question: how?\nAnswer:")],
    [system("Be brief.\n"), user('  How — "é"? ')],
    [system("Be brief."), user("q1"), assistant("a1 "), user("q2"), assistant("a2"), user("q3\n\n")],
    [user("q1"), assistant("The answer is")],
    [user("q1"), assistant("The answer is ")],
    [system("x"), user("q1"), assistant("Ends with space:  ")],
]

tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.BPE({"a": 0}, [])), bos_token="<s>", eos_token="</s>")


def render(chat, add_generation_prompt=True):
    """lm-eval's `HFLM.apply_chat_template`."""
    rules = {"tokenize": False, "add_generation_prompt": add_generation_prompt, "continue_final_message": not add_generation_prompt}
    try:
        return tokenizer.apply_chat_template(chat, **rules)
    except jinja2.exceptions.TemplateError:
        return tokenizer.apply_chat_template([message for message in chat if message["role"] != "system"], **rules)


chats = []
for name, tokenizer.chat_template in TEMPLATES.items():
    for chat in CHATS:
        continues = chat[-1]["role"] == "assistant"
        chats.append({"template": name, "messages": chat, "continues": continues, "rendered": render(chat, not continues)})

ROWS = [{"q": f"Is {index} even?", "a": f"{index} is", "b": f"{index} is not", "yes": 1 - index % 2} for index in range(6)]
TASKS = {
    "choice": {"output_type": "multiple_choice", "description": "Numbers.\n\n", "doc_to_text": "Question: {{q}}\nAnswer:", "doc_to_target": "yes", "doc_to_choice": ["no", "yes"]},
    "prefixed": {"output_type": "multiple_choice", "gen_prefix": "The answer is", "doc_to_text": "q", "doc_to_target": "yes", "doc_to_choice": ["no", "yes"]},
    "spaced": {"output_type": "multiple_choice", "gen_prefix": "It is: ", "doc_to_text": "q", "doc_to_target": "yes", "doc_to_choice": ["no", "yes"]},
    "schema": {"output_type": "multiple_choice", "doc_to_text": "yes", "doc_to_target": "{{'even'}}", "doc_to_choice": "{{[b, a]}}"},
    "text": {"output_type": "loglikelihood", "description": "Numbers.", "doc_to_text": "{{q}} {{a}}", "doc_to_target": " even"},
}

prompts = []
with tempfile.TemporaryDirectory() as folder:
    file = pathlib.Path(folder, "rows.jsonl")
    file.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    for task_name, fields in TASKS.items():
        source = {"dataset_path": "json", "dataset_kwargs": {"data_files": {"test": str(file), "dev": str(file)}}, "test_split": "test", "fewshot_split": "dev"}
        for shots in (0, 3):
            config = {"task": task_name, **source, **fields, "num_fewshot": shots, "fewshot_config": {"sampler": "first_n"}, "metric_list": [{"metric": "acc"}]}
            task = ConfigurableTask(config=config)
            for template in (None, "chatml", "gemma"):
                tokenizer.chat_template = template and TEMPLATES[template]
                for multiturn in (False, True) if template else (False,):
                    for instruction in (None, "Be brief."):
                        task.build_all_requests(
                            samples=[5],
                            system_instruction=instruction,
                            apply_chat_template=template is not None,
                            fewshot_as_multiturn=multiturn,
                            chat_template=render if template else None,
                        )
                        asked = {"task": task_name, "shots": shots, "template": template, "multiturn": multiturn, "instruction": instruction}
                        prompts.append({**asked, "requests": [list(instance.args) for instance in task.instances]})

made_by = f"lm-eval {lm_eval.__version__}, transformers {transformers.__version__}, jinja2 {jinja2.__version__}"


def write(name, content):
    (TESTS / name).write_text(json.dumps({"made_by": made_by, **content}, ensure_ascii=False, indent=1) + "\n")


write("model/chat-template/chat-template.golden.json", {"templates": TEMPLATES, "chats": chats})
write("task/render/chat-prompts.golden.json", {"rows": ROWS, "templates": {name: TEMPLATES[name] for name in ("chatml", "gemma")}, "prompts": prompts})
