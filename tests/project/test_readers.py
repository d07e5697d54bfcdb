"""The readers of configuration files: any text gives a reading, and every place in it is right."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from assetc.compiler.place import Span, span_of
from assetc.compiler.rules import DBT, NATIVE
from assetc.project.documents.toml_positions import read_toml
from assetc.project.documents.written import Written, WrittenList, WrittenMapping
from assetc.project.documents.yaml_positions import read_yaml, scalar_value
from assetc.project.memory.encoding import decode, encode
from assetc.project.profiles.profiles_file import read_profiles
from assetc.project.project_file import read_project_file
from assetc.project.properties.properties import read_properties

PROPERTIES = """version: 2
anchors: &a {tags: [x, y], meta: {a: 1, b: [1, 2.5, null, ~]}}
models:
  - name: orders
    description: "All orders, {{ doc('x') }}"
    config: {materialized: table, <<: *a}
    columns:
      - name: id
        data_tests:
          - unique
          - not_null: {severity: warn, config: {where: "id > 0"}}
          - accepted_values: {arguments: {values: [1, 0o17, 0x1f]}, name: foo}
sources:
  - name: main
    schema: "{{ var('s', 'raw') }}"
    tables: [ghosts, {name: t, identifier: T, columns: [{name: x}]}]
macros: [{name: m, arguments: [{name: a}]}]
"""

TOML = '''name = "x"
model-paths = ["models", 'm2'] # both
[vars]
start = 2024-01-01
k.'l' = """a
b"""
"q\\"uoted" = -1.5e3
[models.x.staging]
"+schema" = "s"
meta = {a = 1, b = [1, {c = 2}]}
[[selectors]]
name = "n"
[[selectors]]
name = "o"
[selectors.definition]
union = ["a", {method = "tag", value = "b"}]
'''

PROFILES = "x:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: a, password: b}\n"

READERS = {
    "properties": (PROPERTIES, lambda text: read_properties("p.yml", text, NATIVE)),
    "properties of dbt": (PROPERTIES, lambda text: read_properties("p.yml", text, DBT)),
    "assetc.toml": (TOML, lambda text: read_project_file("assetc.toml", text, "native")),
    "dbt_project.yml": (PROPERTIES, lambda text: read_project_file("dbt_project.yml", text, "dbt")),
    "profiles.yml": (PROFILES, lambda text: read_profiles("profiles.yml", text)),
}

PIECES = [
    *"{}[]:,-#&*!|>'\"%@`\n\t \\=.?~0",
    "{{",
    "}}",
    "- ",
    "\r\n",
    "\r",
    "\0",
    "<<: *a",
    "&a ",
    "*a",
    "!!int ",
    "é",
    "\u2028",
]


def mutations(text: str, count: int) -> Iterator[str]:
    chance = random.Random(text)
    for _ in range(count):
        mutated = text
        for _ in range(chance.randint(1, 3)):
            at, to = chance.randrange(len(mutated) + 1), chance.randrange(len(mutated) + 1)
            middle = chance.choice([chance.choice(PIECES), mutated[to : to + chance.randint(1, 20)], ""])
            mutated = mutated[:at] + middle + mutated[at + chance.randint(0, 8) :]
        yield mutated


@pytest.mark.parametrize("name", READERS)
def test_any_text_gives_a_reading(name: str) -> None:
    original, read = READERS[name]
    for text in mutations(original, 600):
        reading = read(text)
        for problem in reading.problems:
            assert problem.span is not None
            assert problem.span == span_of(problem.span.path, text, problem.span.start, problem.span.end), text
        assert repr(decode(type(reading), encode(reading))) == repr(reading)


def places(written: Written, text: str) -> Iterator[tuple[str, str]]:
    match written:
        case WrittenMapping(pairs=pairs):
            for pair in pairs:
                yield text_of(pair.span, text), text_of(pair.value.span, text)
                yield from places(pair.value, text)
        case WrittenList(items=items):
            for item in items:
                yield from places(item, text)


def text_of(span: Span, text: str) -> str:
    return text[span.start : span.end]


def test_places_in_toml() -> None:
    content = read_toml("assetc.toml", TOML).content
    assert content is not None
    assert list(places(content, TOML)) == [
        ("name", '"x"'),
        ("model-paths", "[\"models\", 'm2']"),
        ("vars", "vars"),
        ("start", "2024-01-01"),
        ("k", "k"),
        ("'l'", '"""a\nb"""'),
        (r'"q\"uoted"', "-1.5e3"),
        ("models", "models"),
        ("x", "x"),
        ("staging", "staging"),
        ('"+schema"', '"s"'),
        ("meta", "{a = 1, b = [1, {c = 2}]}"),
        ("a", "1"),
        ("b", "[1, {c = 2}]"),
        ("c", "2"),
        ("selectors", "selectors"),
        ("name", '"n"'),
        ("name", '"o"'),
        ("definition", "definition"),
        ("union", '["a", {method = "tag", value = "b"}]'),
        ("method", '"tag"'),
        ("value", '"b"'),
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[" * 100_000, "this is not YAML: values are nested more than 100 deep"),
        ("- " * 100_000, "this is not YAML: values are nested more than 100 deep"),
        ("".join(f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 9)}]\n" for n in range(9)), "undefined alias"),
        (
            "a0: &a0 [1]\n" + "".join(f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 9)}]\n" for n in range(9)),
            "aliases stand for more than 1,000,000 values",
        ),
        ("a: \ud800", "a character that no file can hold"),
        ("a: \0", "control characters are not allowed"),
    ],
    ids=["flow", "block", "undefined", "laughs", "surrogate", "control"],
)
def test_yaml_that_means_harm(text: str, problem: str) -> None:
    (found,) = read_yaml("a.yml", text, NATIVE).problems
    assert found.code == "E122"
    assert problem in found.message


@pytest.mark.parametrize(
    ("text", "native", "dbt"),
    [
        ("yes", "yes", True),
        ("off", "off", False),
        ("True", True, True),
        ("~", None, None),
        ("010", 10, 8),
        ("0o17", 15, 15),
        ("0x1F", 31, 31),
        ("1_000", "1_000", 1000),
        ("-1.5e3", -1500.0, -1500.0),
        (".inf", float("inf"), float("inf")),
        ("1.2.3", "1.2.3", "1.2.3"),
        ("2024-01-01", "2024-01-01", "2024-01-01"),
        ("12:30", "12:30", "12:30"),
        ("9" * 30, "9" * 30, "9" * 30),
    ],
)
def test_unquoted_scalars(text: str, native: object, dbt: object) -> None:
    assert (scalar_value(text, NATIVE), scalar_value(text, DBT)) == (native, dbt)
