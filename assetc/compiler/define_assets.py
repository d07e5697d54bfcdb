"""One asset from all that is said of it: its own file, its property file, and the configuration of its folders."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from msgspec import Struct
from msgspec.structs import replace

from assetc.compiler.asset import Asset, AssetKind
from assetc.compiler.config import AssetConfig
from assetc.compiler.configuration.configure import configure, foreign_dialect, misplaced_materialization
from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.facts import PythonFacts, SeedFacts, SqlFacts
from assetc.compiler.names.locate import relation_of
from assetc.compiler.place import Span, TextId, file_span
from assetc.compiler.project import Entry, Patch, Project
from assetc.compiler.python.reading import PythonAsset, owns
from assetc.compiler.reference import Reference
from assetc.definitions.errors import InvalidDefinitionError
from assetc.definitions.key import AssetKey


class Draft(Struct, frozen=True):
    """An asset with what later passes need to know about where it came from."""

    asset: Asset
    python: PythonAsset | None = None
    patch: Patch | None = None

    @property
    def body(self) -> tuple[str, str]:
        """What the assets that one function makes have in common."""
        return self.asset.path, self.asset.step_name or str(self.asset.key)

    def creates(self) -> Iterator[Reference]:
        """The relations that its Python body creates."""
        for write in self.python.writes if self.python else ():
            if owns(write) and write.reference.kind == "write":
                yield write.reference


class WrittenAsset(Struct, frozen=True):
    """An asset as its own file has it. `version` is that of its code alone."""

    name: str
    kind: AssetKind
    text: TextId
    span: Span
    config: tuple[Entry, ...]
    version: str
    python: PythonAsset | None = None

    @property
    def described_as(self) -> tuple[str, str]:
        """The kind and the name under which property files describe it."""
        return "model" if self.kind == "python" else self.kind, self.name


def written_model(facts: SqlFacts) -> WrittenAsset:
    """The model that a SQL file is."""
    text, version = facts.text, facts.understood.version if facts.understood else facts.content
    return WrittenAsset(
        PurePosixPath(text.path).stem, "model", text, file_span(text.path), facts.discovered.config, version
    )


def written_seed(facts: SeedFacts) -> WrittenAsset:
    """The seed that a CSV file is."""
    path = facts.path
    return WrittenAsset(PurePosixPath(path).stem, "seed", TextId(path), file_span(path), (), facts.content)


def written_in_python(facts: PythonFacts) -> Iterator[WrittenAsset]:
    """The assets that a Python file defines."""
    for python in facts.reading.assets:
        for key in python.outs or (python.name,):
            *prefix, name = key.split("/")
            one = replace(_of_one_key(python, key), key_prefix=tuple(prefix) or python.key_prefix)
            yield WrittenAsset(name, "python", TextId(facts.path), python.span, python.config, python.source_hash, one)


def draft_of(
    project: Project, written: WrittenAsset, patch: Patch | None
) -> tuple[Draft | None, tuple[Diagnostic, ...]]:
    """The asset, if its key can be one, and what is wrong with its configuration."""
    package = project.package_of(written.text.path)
    folders = package.folders_of(written.text.path)
    config, problems = _configured(project, written, patch, (package.name, *folders, written.name))
    can_be_renamed = written.kind != "python" and project.rules.has_names
    name = (config.name if can_be_renamed else None) or written.name
    try:
        key = AssetKey((*package.key_prefix, *config.key_prefix, name))
    except InvalidDefinitionError as error:
        return None, (*problems, diagnostic("E108", str(error), written.span))
    python = written.python
    asset = Asset(
        key=key,
        kind=written.kind,
        text=written.text,
        span=written.span,
        config=config,
        relation=None if _is_without_relation(config, python) else relation_of(project, key, config),
        code_version=written.version,
        package=package.name,
        fqn=(package.name, *folders, name),
        group=config.group or (folders[0] if folders and project.rules.folder_is_group else "default"),
        description=(patch.description if patch else "")
        or config.description
        or (python.description if python else ""),
        columns=patch.columns if patch else (),
        patch_path=patch.span.path if patch else None,
        step_name=python.name if python and python.outs else "",
    )
    return Draft(asset, python, patch), problems


def _configured(
    project: Project, written: WrittenAsset, patch: Patch | None, fqn: tuple[str, ...]
) -> tuple[AssetConfig, tuple[Diagnostic, ...]]:
    """The configuration of an asset, and what is wrong with it."""
    own = (*(patch.config if patch else ()), *written.config)
    above = (folder for folder in project.folder_configs if folder.is_over(written.kind, fqn))
    outer_first = sorted(above, key=lambda folder: len(folder.folder))
    entries = (*(entry for folder in outer_first for entry in folder.entries), *own)
    settings = project.package_of(written.text.path).settings
    default = "seed" if written.kind == "seed" else settings.default_materialization
    config, problems = configure(entries, project.rules, default)
    misplaced = misplaced_materialization(written.kind, written.name, own)
    return _with_kind(config, written), (*problems, *misplaced, *foreign_dialect(project, config, entries))


def _with_kind(config: AssetConfig, written: WrittenAsset) -> AssetConfig:
    """The configuration with what the kind of an asset decides."""
    if written.kind == "seed":
        return replace(config, materialized="seed")
    if written.kind == "python":
        prefix = (written.python.key_prefix if written.python else ()) or config.key_prefix
        materialized = config.materialized if config.materialization.adds_rows else "table"
        return replace(config, materialized=materialized, key_prefix=prefix)
    return config


def _is_without_relation(config: AssetConfig, python: PythonAsset | None) -> bool:
    return config.materialization.is_inlined or (python is not None and python.is_stored_as_object)


def _of_one_key(python: PythonAsset, key: str) -> PythonAsset:
    """The Python asset as one of the keys that its body makes: without what `specs` says of the others alone."""
    of_others = {each for other, needs in python.spec_deps if other != key for each in needs}
    own = {each for other, needs in python.spec_deps if other == key for each in needs}
    if not of_others:
        return python
    return replace(python, declared_deps=tuple(each for each in python.declared_deps if each not in of_others - own))
