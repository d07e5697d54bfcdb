"""The part of the first pass that reads Python files which have changed."""

from __future__ import annotations

from assetc.compiler.compiler_input import CompilerInput
from assetc.compiler.facts import UNREADABLE, PythonFacts
from assetc.compiler.python.complete_python import complete_python
from assetc.compiler.python.read_python import read_python
from assetc.compiler.python.reading import PythonReading


def read_python_files(given: CompilerInput, paths: list[str]) -> dict[str, PythonFacts]:
    """The facts about these files, read anew; those that the text does not tell come from importing them."""
    files, dialect = given.files, given.project.target.dialect

    def read(path: str) -> str | None:
        return files.text(path) if files.content(path) else None

    readings = {path: read_python(path, files.text(path), read, dialect) for path in paths}
    by_import = [
        path for path, reading in readings.items() if reading.needs_import or _may_make_some(files.text(path), reading)
    ]
    if by_import and given.project.settings.import_python:
        for imported in files.import_python(by_import):
            path = imported.path
            readings[path] = complete_python(path, files.text(path), read, dialect, imported)
    return {path: _facts(given, path, reading) for path, reading in readings.items()}


def _facts(given: CompilerInput, path: str, reading: PythonReading) -> PythonFacts:
    content = given.files.content
    # A file that was looked for and is not there has the content "": it is noticed when it appears.
    leads_to = tuple((other, content(other)) for other in (*reading.files, *reading.missing))
    own = UNREADABLE if path in given.files.problems else content(path)
    return PythonFacts(path, own, reading, leads_to, given.project.target.dialect)


def _may_make_some(text: str, reading: PythonReading) -> bool:
    """Whether a file in which no asset can be seen may still make some: with assetc, or with what is in the project."""
    if reading.assets or any(problem.severity == "error" for problem in reading.problems):
        return False
    return "assetc" in text or bool(reading.files)
