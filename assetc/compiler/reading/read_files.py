"""The first pass: each text by itself. Nothing here knows of another asset."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from assetc.compiler.compiler_input import CompilerInput
from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.facts import UNREADABLE, FileFacts, MacroFacts, PythonFacts, SeedFacts, SqlFacts
from assetc.compiler.place import PROJECT, TextId
from assetc.compiler.project import ProjectFile
from assetc.compiler.python.reading import PythonReading
from assetc.compiler.reading.understand import discover
from assetc.compiler.template.macros import MacroFile
from assetc.compiler.template.reads import look, still_valid
from assetc.compiler.template.surroundings import Template

SQL_KINDS = frozenset({"model", "check", "snapshot"})


def read_files(given: CompilerInput, texts: Collection[TextId]) -> FileFacts:
    """Facts about the files of these texts: remembered where neither a file nor what it looked at has changed."""
    sql: dict[TextId, SqlFacts] = {}
    seeds: dict[str, SeedFacts] = {}
    paths = {text.path for text in texts}
    files = [file for file in given.project.files if file.path in paths]
    pythons = [file.path for file in files if file.kind == "python"]
    read = 0
    for file in files:
        if file.kind in SQL_KINDS:
            facts, is_new = read_sql_file(given, file)
            sql[facts.text] = facts
            read += is_new
        elif file.kind == "seed":
            seeds[file.path] = _read_seed(given, file)
    python, newly_read = _read_python_files(given, pythons)
    faults = {
        **{facts.text: facts.discovered.problems for facts in sql.values()},
        **{TextId(path): facts.reading.problems for path, facts in python.items()},
        **(dict(_macro_faults(given)) if PROJECT in texts else {}),
    }
    return FileFacts(sql, python, seeds, faults, read + newly_read)


def _macro_faults(given: CompilerInput) -> Iterator[tuple[TextId, tuple[Diagnostic, ...]]]:
    yield PROJECT, given.surroundings.library.problems
    for file in given.surroundings.library.files:
        yield TextId(file.path), _check_macros(given, file)


def read_sql_file(given: CompilerInput, file: ProjectFile) -> tuple[SqlFacts, bool]:
    """The facts about a SQL file, and whether it had to be read for them."""
    path, surroundings = file.path, given.surroundings_in(file)
    content = given.files.content(path)
    known = given.memory.sql(TextId(path))
    if known is not None and known.content == content and still_valid(known.discovered.reads, surroundings):
        return known, False
    text = given.files.text(path)
    if path in given.files.problems:
        content = UNREADABLE
    discovered = discover(Template(path, text), surroundings)
    columns = known.columns if known else None  # they tell themselves whether they still hold
    return SqlFacts(TextId(path), content, discovered, read_header(text), columns=columns), True


HEADER_LINE = re.compile(r"\s*--\s*(\w+)\s*:\s*(.+?)\s*$")


def read_header(text: str) -> tuple[tuple[str, str], ...]:
    """The `-- key: value` lines at the head of a SQL file."""
    found: list[tuple[str, str]] = []
    for line in text.splitlines():
        match = HEADER_LINE.match(line)
        if match:
            found.append((match[1], match[2]))
        elif line.strip():
            break
    return tuple(found)


def _check_macros(given: CompilerInput, file: MacroFile) -> tuple[Diagnostic, ...]:
    """The macros of a file that are no Jinja, whether anything calls them or not."""
    content = given.files.content(file.path)
    known = given.memory.macros(file.path)
    if known is None or known.content != content:
        from assetc.compiler.template.jinja import check_macros

        known = MacroFacts(file.path, content, check_macros(file))
        given.memory.keep(known)
    return known.problems


def _read_seed(given: CompilerInput, file: ProjectFile) -> SeedFacts:
    content = given.files.content(file.path)
    known = given.memory.seed(file.path)
    if known is not None and known.content == content:
        return known
    facts = SeedFacts(file.path, content, given.files.header(file.path))
    given.memory.keep(facts)
    return facts


def _read_python_files(given: CompilerInput, paths: list[str]) -> tuple[dict[str, PythonFacts], int]:
    known = {path: given.memory.python(path) for path in paths}
    changed = [path for path, facts in known.items() if facts is None or not _is_current(facts, given)]
    fresh = _read_changed(given, changed) if changed else {}
    for facts in fresh.values():
        given.memory.keep(facts)
    return {path: each for path, each in (known | fresh).items() if each is not None}, len(changed)


def _is_current(known: PythonFacts, given: CompilerInput) -> bool:
    leads_to = ((known.path, known.content), *known.files)
    is_same = all(content == given.files.content(path) for path, content in leads_to)
    is_judged = known.judge is None or known.judge == look(given.surroundings, "judge", "")
    return is_same and is_judged and known.dialect == given.project.target.dialect


def _read_changed(given: CompilerInput, paths: list[str]) -> dict[str, PythonFacts]:
    """The facts about these files, read anew; those that the text does not tell come from importing them."""
    from assetc.compiler.python.complete_python import complete_python
    from assetc.compiler.python.read_python import read_python
    from assetc.compiler.sql.judged import SqlReader

    files, reader = given.files, SqlReader(given.project.target.dialect, given.surroundings.warehouse.judge)

    def read(path: str) -> str | None:
        return files.text(path) if files.content(path) else None

    readings = {path: read_python(path, files.text(path), read, reader) for path in paths}
    by_import = [
        path for path, reading in readings.items() if reading.needs_import or _may_make_some(files.text(path), reading)
    ]
    if by_import and given.project.settings.import_python:
        for imported in files.import_python(by_import):
            path = imported.path
            readings[path] = complete_python(path, files.text(path), read, reader, imported)
    return {path: _facts(given, path, reading) for path, reading in readings.items()}


def _facts(given: CompilerInput, path: str, reading: PythonReading) -> PythonFacts:
    content = given.files.content
    # A file that was looked for and is not there has the content "": it is noticed when it appears.
    leads_to = tuple((other, content(other)) for other in (*reading.files, *reading.missing))
    own = UNREADABLE if path in given.files.problems else content(path)
    judged = any(problem.code in ("W226", "W250") for problem in reading.problems)
    judge = look(given.surroundings, "judge", "") if judged else None
    return PythonFacts(path, own, reading, leads_to, given.project.target.dialect, judge)


def _may_make_some(text: str, reading: PythonReading) -> bool:
    """Whether a file in which no asset can be seen may still make some: with assetc, or with what is in the project."""
    if reading.assets or any(problem.severity == "error" for problem in reading.problems):
        return False
    return "assetc" in text or bool(reading.files)
