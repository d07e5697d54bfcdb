"""Golden cases: a template goes in, what `render` finds out comes out.

In `cases.md` a heading is a case; the fence `jinja` is the template, `macros` a macro file, `given` what surrounds
it; the other fences are what comes out: the text, references, configuration, problems, and places (each line a part of
the output, and what made it). `ACCEPT=1` rewrites them, and drops those that are empty.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assetc.compiler.place import Span
from assetc.compiler.template.macros import MacroFile, MacroLibrary
from assetc.compiler.template.members.relation import RelationValue
from assetc.compiler.template.render import render
from assetc.compiler.template.rendered import Rendered, macro_annotations, span_in_template
from assetc.compiler.template.surroundings import Flags, Surroundings, Template
from assetc.definitions.relation import Relation

PAGE = Path(__file__).with_name("cases.md")
CASE = re.compile(r"^## ([^\n]*)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
FENCE = re.compile(r"^```(\w+)\n(.*?)\n?^```\n", re.MULTILINE | re.DOTALL)
PLACE = re.compile(r"^«(.*?)»", re.MULTILINE | re.DOTALL)
CASES = dict(CASE.findall(PAGE.read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Names:
    this: object = "this"

    def ref(self, package: str | None, name: str, version: str | None) -> object:
        return RelationValue(Relation("db", "main", name + (f"_v{version}" if version else "")))

    def source(self, source: str, table: str) -> object:
        return RelationValue(Relation("db", source, table))


class Writing:
    """One case, rendered and written down."""

    def __init__(self, body: str) -> None:
        self.fences = dict(FENCE.findall(body))
        given = self.fences.get("given", "").split()
        self.template = Template("models/m.sql", self.fences["jinja"])
        files = [MacroFile("macros/m.sql", self.fences.get("macros", ""), "shop")]
        if "package" in self.fences:
            files.append(MacroFile("dbt_packages/utils/macros/u.sql", self.fences["package"], "utils"))
        self.texts = {"models/m.sql": self.template.text, **{file.path: file.text for file in files}}
        self.rendered: Rendered = render(
            self.template,
            Surroundings(
                "shop",
                datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
                variables={"limit": 10, "start_date": "2026-01-01", "template": "{{ 1 + 1 }}"},
                environment={"REGION": "eu-west", "PASSWORD": "hunter22"},
                target={"name": "dev", "schema": "main", "type": "duckdb"},
                flags=Flags(execute="execute" in given, is_incremental="incremental" in given),
                names=Names(RelationValue(Relation("db", "main", "m"))),
                library=MacroLibrary.of(files),
                unknown_names="warning" if "dbt" in given else "error",
            ),
        )

    def written(self) -> dict[str, str]:
        found = self.rendered
        places = self.fences.get("places")
        result = {
            "text": found.text,
            "references": "\n".join(self.references()),
            "config": "\n".join(f"{entry.key} = {entry.value!r} {self.at(entry.span)}" for entry in found.config),
            "problems": "\n".join(self.problems()),
            "logs": "\n".join(f"{line.level}: {line.message}" for line in found.logs),
            "facts": " ".join(fact for fact in ("needs_warehouse", "uses_incremental") if getattr(found, fact)),
        }
        if places is not None:
            result["places"] = "\n".join(self.place(part) for part in PLACE.findall(places))
        return {name: text for name, text in result.items() if text}

    def at(self, span: Span) -> str:
        return f"at {span} {self.texts[span.path][span.start : span.end]!r}"

    def references(self) -> Iterator[str]:
        for found in self.rendered.references:
            name = ".".join(found.arguments) + (f" v{found.version}" if found.version else "")
            through = f" through {self.at(found.through)}" if found.through else ""
            yield f"{found.certainty} {found.kind} {name} {self.at(found.span)}{through}".replace("  ", " ")

    def problems(self) -> Iterator[str]:
        for problem in self.rendered.problems:
            assert problem.span is not None
            yield f"{problem.code}: {problem.message}"
            yield f"  --> {self.at(problem.span)}"
            yield from (f"  {note.label}: {self.at(note.span)}" for note in problem.related)
            if problem.hint:
                yield f"  = {problem.hint}"

    def place(self, part: str) -> str:
        start = self.rendered.text.index(part)
        end = start + len(part)
        span = span_in_template(self.rendered, self.template.path, self.template.text, start, end)
        notes = macro_annotations(self.rendered, self.texts, start, end)
        return f"«{part}» {self.at(span)}" + "".join(f", written {self.at(note.span)}" for note in notes)


def page_body(body: str, written: dict[str, str]) -> str:
    kept = [(name, text) for name, text in FENCE.findall(body) if name in {"given", "macros", "package", "jinja"}]
    return "\n" + "\n".join(f"```{name}\n{text}\n```\n" for name, text in (*kept, *written.items())) + "\n"


def accept() -> None:
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(
        CASE.sub(lambda case: f"## {case[1]}\n{page_body(case[2], Writing(case[2]).written())}", page).rstrip() + "\n",
        encoding="utf-8",
    )


if os.environ.get("ACCEPT"):
    accept()
    CASES = dict(CASE.findall(PAGE.read_text(encoding="utf-8")))


@pytest.mark.parametrize("title", CASES)
def test_case(title: str) -> None:
    writing = Writing(CASES[title])
    expected = {
        name: text for name, text in writing.fences.items() if name not in {"given", "macros", "package", "jinja"}
    }
    assert writing.written() == expected
