"""What a compilation is given: the project, what its templates see, its files, and the memory of the last time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Protocol, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from assetc.compiler.asset import Graph
from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.facts import CompiledText, Facts, MacroFacts, PythonFacts, SeedFacts, SqlFacts
from assetc.compiler.nodes.first_node import FirstNode
from assetc.compiler.nodes.nodes import Nodes
from assetc.compiler.place import TextId
from assetc.compiler.project import Project, ProjectFile, Properties
from assetc.compiler.python.imported import ImportedFile
from assetc.compiler.template.first_names import FirstNames
from assetc.compiler.template.macros import MacroFile, MacroLibrary
from assetc.compiler.template.surroundings import Surroundings
from assetc.definitions.relation import Relation


class Files(Protocol):
    """The files below the project root, and nothing else. Paths are relative, with forward slashes."""

    @property
    def problems(self) -> Mapping[str, Diagnostic]:
        """What is wrong with the files that could not be read so far; their text is empty."""

    def content(self, path: str) -> str:
        """A hash of the file's content, cheap when the file did not change; "" when there is no such file."""

    def text(self, path: str) -> str:
        """The file's text. Raises OSError or UnicodeError, which discovery has already reported."""

    def header(self, path: str) -> str:
        """The first line of a CSV file; more than one where a name in quotes goes on."""

    def import_python(self, paths: Sequence[str]) -> tuple[ImportedFile, ...]:
        """What importing each of these files in a child process tells."""


class Memory(Protocol):
    """Facts about texts from the last compilation. To forget everything is always safe."""

    def expect_all(self) -> None:
        """Be ready for being asked for every text."""

    def sql(self, text: TextId) -> SqlFacts | None:
        """The facts about a text of SQL."""

    def python(self, path: str) -> PythonFacts | None:
        """The facts about a Python file."""

    def seed(self, path: str) -> SeedFacts | None:
        """The facts about a CSV file."""

    def macros(self, path: str) -> MacroFacts | None:
        """The facts about a file of macros."""

    def keep(self, facts: Facts) -> None:
        """Remember facts."""

    def keep_text(self, text: CompiledText) -> None:
        """Remember the rendered SQL of a text."""

    def forget_pieces(self, paths: Collection[str], present: Collection[TextId]) -> None:
        """Forget the pieces of these files that are not among those present."""


ReadProperties: TypeAlias = Callable[[Collection[str] | None], tuple[Properties, tuple[Diagnostic, ...]]]
"""What the property files with these paths say, or all of them, and their faults. Few edits need any."""


class CompilerInput(Struct, frozen=True):
    """The input of the passes."""

    project: Project
    properties: ReadProperties
    surroundings: Surroundings
    files: Files
    memory: Memory

    def nodes(self, graph: Graph | None = None) -> Nodes:
        """What templates see of its nodes."""
        return Nodes(self.project, self.files.text, self.surroundings.warehouse.quote, graph)

    def surroundings_in(self, file: ProjectFile) -> Surroundings:
        """What the template of a file sees when it is read for the first time; it knows its package."""
        target, path = self.project.target, file.path
        names = FirstNames(Relation(target.database, target.schema, PurePosixPath(path).stem))
        node = FirstNode(self.nodes(), file)
        return replace(self.surroundings, names=names, node=node, package=self.project.package_of(path).name)


def load_macros(project: Project, files: Files) -> MacroLibrary:
    """The macros of the project. A project without any costs nothing."""
    found = ((package, file) for package in project.packages for file in package.files if file.kind == "macro")
    return MacroLibrary.of(MacroFile(file.path, files.text(file.path), package.name) for package, file in found)
