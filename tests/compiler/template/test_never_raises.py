"""Mutated templates and hostile ones: always a `Rendered`, always an end, always a place."""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import snippet_project as shop
from msgspec.structs import replace

from assetc.compiler.template.macros import MacroFile, MacroLibrary
from assetc.compiler.template.render import render
from assetc.compiler.template.surroundings import Flags, Surroundings, Template

SEEDS = re.findall(r"```jinja\n(.*?)\n```", Path(__file__).with_name("dbt.md").read_text(encoding="utf-8"), re.DOTALL)
PIECES = [*"{}%#-()[]'\",.|~:=*+ \n\r\t\\", "{{", "}}", "{%", "%}", "{#", "#}", "ref(", "for x in ", "endif", "é"]
DISCOVER = Surroundings(
    "shop",
    datetime(2026, 1, 2, tzinfo=UTC),
    variables=shop.VARIABLES,
    target=shop.TARGET,
    library=MacroLibrary.of([MacroFile("macros/macros.sql", shop.MACROS, "shop")]),
)
COMPILE = replace(DISCOVER, flags=Flags(execute=True))


def mutated(text: str, chance: random.Random) -> str:
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(text) + 1)
        match chance.randrange(4):
            case 0:
                text = text[:at] + text[at + chance.randint(1, 5) :]
            case 1:
                text = text[:at] + chance.choice(PIECES) + text[at:]
            case 2:
                other = chance.choice(SEEDS)
                text = text[:at] + other[chance.randrange(len(other) + 1) :]
            case _:
                text = text[at:] + text[:at]
    return text


def check(text: str, surroundings: Surroundings) -> None:
    rendered = render(Template("models/m.sql", text), surroundings)
    for problem in rendered.problems:
        assert problem.span is not None
        file_text = shop.MACROS if problem.span.path == "macros/macros.sql" else text
        assert 0 <= problem.span.start <= problem.span.end <= len(file_text)
        assert "\n" not in problem.message
        assert not problem.message.endswith(".")
    for reference in rendered.references:
        assert text[reference.span.start : reference.span.end]


@pytest.mark.parametrize("seed", range(10))
def test_mutated_templates(seed: int) -> None:
    chance = random.Random(seed)
    for number in range(500):
        check(mutated(chance.choice(SEEDS), chance), COMPILE if number % 2 else DISCOVER)


HOSTILE = {
    "nested loops": "{% for i in range(99999) %}{% for j in range(99999) %}{% set a = 1 %}{% endfor %}{% endfor %}",
    "large range": "{% for i in range(999999999) %}x{% endfor %}",
    "growing text": "{% set n = namespace(t='x') %}{% for i in range(99) %}{% set n.t = n.t ~ n.t %}{% endfor %}",
    "growing list": "{% set l = [1] %}{% for i in range(99) %}{% do l.extend(l) %}{% endfor %}",
    "added list": "{% set n = namespace(l=[1]) %}{% for i in range(99) %}{% set n.l = n.l + n.l %}{% endfor %}",
    "repetition": "{{ 'x' * 9999999999 }}",
    "power": "{{ 9 ** 9 ** 9 }}",
    "multiplied power": "{% set n = namespace(x=2) %}{% for i in range(99) %}{% set n.x = n.x * n.x %}{% endfor %}",
    "endless iterator": "{{ modules.itertools.count() | list }}",
    "macro without end": "{% macro m(x) %}{{ m(x) }}{% endmacro %}{{ m(1) }}",
    "two calls each": "{% macro m(n) %}{% if n %}{{ m(n-1) }}{{ m(n-1) }}{% endif %}{% endmacro %}{{ m(90) }}",
    "wide text": "{{ 'x' | center(9999999999) }}",
    "wide format": "{{ '%9999999999d' % 1 }}",
    "wide braces": "{{ '{:>9999999999}'.format(1) }}",
    "width as argument": "{{ '{:>{}}'.format(1, 9999999999) }}",
    "wide method": "{{ 'x'.ljust(9999999999) }}",
    "indent": "{{ 'a\\nb' | indent(9999999999) }}",
    "deep brackets": "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}",
    "deep blocks": "{% if 1 %}" * 200 + "{% endif %}" * 200,
    "deep loops": "{% for i in [1] %}" * 60 + "x" + "{% endfor %}" * 60,
    "many parts": "{{ 'a'" + " ~ 'b'" * 20000 + " }}",
    "null and surrogate": "a\x00b {{ '\ud800' }} \ud800",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_templates_end(name: str) -> None:
    check(HOSTILE[name], COMPILE)


ESCAPES = [
    "{{ ''.__class__.__mro__ }}",
    "{{ ref.__globals__ }}",
    "{{ ref['__globals__'] }}",
    "{{ config._rendering }}",
    "{{ adapter._rendering.surroundings }}",
    "{{ adapter.dispatch.__self__ }}",
    "{{ target._rendering }}",
    "{{ context._rendering }}",
    "{{ '{0.__class__}'.format(1) }}",
    "{{ project_name|attr('__class__') }}",
    "{{ this.relation.__class__ }}",
    "{{ cycler.__init__.__globals__ }}",
    "{{ modules.re.sys }}",
]


@pytest.mark.parametrize("text", ESCAPES)
def test_the_sandbox_holds(text: str) -> None:
    rendered = render(Template("models/m.sql", text), COMPILE)
    assert rendered.problems
    assert rendered.text == ""
