"""Writes test/task/lm-eval/template/templates.json: what lm-eval's Jinja environment makes of templates, and Python of literals.

    python scripts/make-template-goldens.py

Needs lm-eval 0.4.13.
"""

import ast
import json
import logging
from importlib.metadata import version
from pathlib import Path

logging.disable(logging.CRITICAL)

from lm_eval.utils import apply_template  # noqa: E402

ROW = {
    "q": "  What is it? \n",
    "name": "élan VITAL o'neil",
    "s": "a, b,c , d",
    "emoji": "🥚x🥚",
    "odd": "\x1c\u00a0tab\t\ufeff",
    "n": 7,
    "neg": -7,
    "x": 2.5,
    "tiny": 0.00001234,
    "huge": 1.5e300,
    "yes": True,
    "nothing": None,
    "empty": "",
    "list": ["A", "B's", 'C"d', "new\nline", "\u200b", "\\"],
    "numbers": [3, 1, 2.5, None, False],
    "choices": {"text": ["one", "two"], "label": ["A", "B"]},
    "answers": [{"atext": "x", "aid": 1}, {"atext": "y", "aid": 2}],
    "items": {"values": 1, "k": "v"},
    "answerKey": " B",
    "label": "2",
    "range": 5,
}

TEMPLATES = [
    "", "plain", "plain\n", "two\n\n", "\r\nwin\r\n", "{{q}}", "{{q.strip()}}\nA", "{{ q }}\n", "a {{- n -}} b", "{# note #}x", "{{ '{{' }}",
    "{{n}} {{neg}} {{x}} {{tiny}} {{huge}} {{yes}} {{nothing}} {{empty}}", "{{list}}", "{{numbers}}", "{{choices}}", "{{answers}}", "{{[q, name]}}", "{{(n, x)}}",
    "{{emoji[0]}} {{emoji[1:]}} {{emoji|length}} {{emoji[::-1]}} {{emoji[-1]}} {{emoji[5:]}}x", "{{odd.strip()}}|{{odd.lstrip()}}|{{odd.rstrip()}}|{{odd}}",
    "{{name.upper()}} {{name.lower()}} {{name.title()}} {{name.capitalize()}} {{name|title}} {{name|capitalize}} {{'ß'.capitalize()}}",
    "{{s.split(',')}} {{s.split()}} {{s.split(',', 1)}} {{s.split(None, 1)}} {{s.split(sep=',')[0]}} {{'  '.split()}} {{''.split(',')}}",
    "{{' a  b '.split(None, 1)}} {{s.split(', ')[-1]}} {{'aXbXc'.replace('X', '-')}} {{'aXbXc'.replace('X', '-', 1)}} {{'ab'.replace('', '.')}}",
    "{{s.index('b')}} {{emoji.index('x')}} {{s.find('z')}} {{s.count(',')}} {{emoji.find('🥚')}}", "{{'xxaxx'.strip('x')}} {{'xyz'.lstrip('zyx')}}| {{'abc'.rstrip('cb')}}",
    "{{s.startswith('a')}} {{s.endswith(('x', 'd'))}} {{'un-do'.removeprefix('un-')}} {{'file.txt'.removesuffix('.txt')}} {{'a\\nb\\n'.splitlines()}}",
    "{{choices.label.index(answerKey.lstrip())}} {{choices['text'][1]}} {{choices.text[0]}} {{choices.get('no', 'default')}} {{choices.get('no')}}",
    "{{['A', 'B'].index('B')}} {{['a','a'].count('a')}} {{items.k}} {{items['values']}} {{choices.keys()|list}} {{choices.items()|list}}",
    "{{answers|map(attribute='atext')|list}} {{answers|map(attribute='aid')|join('-')}} {{list|map('lower')|join(' ')}} {{['a']|join}} {{answers|join(', ', attribute='atext')}}",
    "{{(label|int) - 1}} {{'x'|int}} {{'3.7'|int}} {{x|int}} {{'x'|int(5)}} {{' 4 '|int}}", "{{list|length}} {{list|first}} {{numbers|last}} {{'abc'|first}} {{'abc'|reverse}}",
    "{{missing|default('d')}} {{empty|default('d')}} {{empty|default('d', true)}} {{nothing|d(1)}} {{missing is defined}} {{q is defined}} {{missing is not defined}}",
    "{% if n > 5 and not missing is defined %}big{% elif n %}some{% else %}none{% endif %}", "{% for c in choices.text %}{{loop.index}}. {{c}}{% if not loop.last %}, {% endif %}{% endfor %}",
    "{% for i in range(3) %}{{i}}{% endfor %}", "{% for k, v in choices.items() %}{{k}}={{v|length}} {% endfor %}", "{% for c in [] %}x{% else %}empty{% endfor %}", "{% for i in [1,2,3,4] if i is even %}{{i}}{% endfor %}",
    "{% set a = n + 1 %}{{a}}{% for i in [1] %}{% set a = 0 %}{{a}}{% endfor %}{{a}}", "{% set a %}x{{n}}{% endset %}{{a}}", "{% if yes %}{% set b = 1 %}{% endif %}{{b}}", "{%- if yes -%}\n  trimmed  \n{%- endif -%}",
    "{{n + 1}} {{n - 10}} {{n * 2}} {{n / 2}} {{n // 2}} {{neg // 2}} {{n % 3}} {{neg % 3}} {{2 ** 10}} {{2 ** -1}} {{x // 1}} {{-7.5 % 2}} {{7 / 7}}", "{{1.0}} {{0.1 + 0.2}} {{100000000000000000.0}} {{12345678901234567.0}}",
    "{{'a' ~ n ~ x}} {{'a' * 3}} {{[1] * 2}} {{[1] + [2]}} {{'a' + 'b' 'c'}} {{-n}} {{ - n + 1}} {{ + n }} {{not n}}", "{{n == 7}} {{n == 7.0}} {{'a' < 'b'}} {{n != 7}} {{1 in numbers}} {{'z' not in s}} {{'B' in choices.label}} {{'text' in choices}}",
    "{{'a' if n > 5 else 'b'}} {{'a' if n > 50 else 'b' if n > 5 else 'c'}} {{nothing or 'x'}} {{n and 'y'}} {{true}} {{True}} {{none}} {{1 == True}}", "{{list[1:3]}} {{list[:-4]}} {{list[::2]}} {{list[-1]}} {{(1,2,3)[1:]}} {{list[1:][0]}}",
    "{{ {'a': 1, 'b': 2}['b'] }} {{ {'no': 0, 'yes': 1} }} {{ [0, 1][label == '2'] }}", "{{'tab\\tnew\\nquote\\'back\\\\ \\d \\x41 \\u00e9'}}", "{{'it''s'}} {{\"dou\" 'ble'}}",
    "{{q|trim}} {{s|replace('a', 'A')}} {{n|string + '!'}} {{neg|abs}} {{name|upper}} {{name|lower}}", "{{'a1b22'|regex_replace('\\\\d+', '#')}} {{'a1b22'|regex_replace('[0-9]', '', 1)}} {{'John Smith'|regex_replace('(\\\\w+) (\\\\w+)', '\\\\2 \\\\1')}}",
    "{{'a.b'|regex_replace('\\.', '')}} {{' x\\x85y '|regex_replace('\\s+', '_')}} {{'٣a'|regex_replace('\\d', 'n')}} {{'a]b'|regex_replace('[]]', '')}} {{'foo'|regex_replace('o?', 'x')}}", "{{n is odd}} {{nothing is none}} {{q is string}} {{x is number}} {{n is integer}} {{yes is boolean}} {{choices is mapping}}",
    "{{('9' * 9000)|int + 1}} {{('9' * 4300)|int % 7}}",
    "{{missing}}", "{{choices.missing}}", "{{choices['no'].x}}", "{{list[99]}}", "{{missing + 1}}", "{% if missing %}{% endif %}", "{% for x in missing %}{% endfor %}", "{{missing == 1}}", "a{{'x' if nothing}}b", "{{q.constructor}}", "{{choices.__proto__}}", "{{'x' if false}}", "{{['A'].index('B')}}", "{{'abc'.index('z')}}", "{{1 // 0}}", "{{nothing.strip()}}", "{{n.strip()}}", "{{s + 1}}", "{{n < 'a'}}", "{{numbers|join(1)}}", "{{range}}",
]  # fmt: skip

LITERALS = [
    "[]", "['a', 'b']", '["a", \'b\']', "[1, -2, 3.5, +4]", "(1, 2)", "1, 2", "(1)", "(1,)", "()", "{'a': [1]}", "'a' 'b'", "['a'\n'b']", "None", "True", "[None, False]", "  1", "1  ", "0", "00", "07", "-0", "1e3", "1.", ".5", "'it\\'s'", r"'\x41\u00e9\U0001F95A\n\t\q\101'", "'''a\nb'''", "'a\nb'", "['a' 'b', ]", "[,]", "[1,,2]", "a", "['a'", "'a", "[a]", "1 + 1", "['🥚', \"it's\"]", "[[['x']]]", "nan", "'a'b", "\"\"", "", "²", "[1] x", "9" * 4301,
]  # fmt: skip


def outcome(compute):
    try:
        return compute()
    except Exception as error:  # noqa: BLE001
        return {"error": type(error).__name__}


def main():
    root = Path(__file__).parent.parent / "test/task/lm-eval/template/templates.json"
    content = {
        "madeBy": f"lm-eval {version('lm-eval')} `apply_template`, jinja2 {version('jinja2')}, Python `ast.literal_eval`",
        "row": ROW,
        "templates": [[text, outcome(lambda text=text: apply_template(text, ROW))] for text in TEMPLATES],
        "literals": [[text, outcome(lambda text=text: repr(ast.literal_eval(text)))] for text in LITERALS],
    }
    root.write_text(json.dumps(content, ensure_ascii=True, indent=1) + "\n")


if __name__ == "__main__":
    main()
