"""The files that assets write: what others read there is no file from outside alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from assetc.compiler.compilation import Compilation, WrittenFile
from assetc.compiler.define_assets import Draft
from assetc.compiler.facts import ConfigTextFacts, SqlFacts
from assetc.compiler.names.file_source import READS_FILES, file_address
from assetc.compiler.place import TextId
from assetc.compiler.project import Project
from assetc.compiler.reference import Reference
from assetc.definitions.key import AssetKey


def files_written(
    project: Project,
    drafts: Iterable[Draft],
    sql: Mapping[TextId, SqlFacts],
    configured: Mapping[AssetKey, tuple[ConfigTextFacts, ...]],
) -> Iterator[WrittenFile]:
    """The files that these assets write, in their bodies, scripts and hooks."""
    for draft in drafts:
        key = draft.asset.key
        texts = (sql.get(draft.asset.text), *(each.facts for each in configured.get(key, ())))
        references = [*_in_body(project, draft), *(each for text in texts if text for each in _in_sql(text))]
        found = (file_address(each.parts[0], project.root) for each in references if each.kind == "file_write")
        yield from ((key, address) for address in dict.fromkeys(found) if address)


def files_after(before: Compilation, drafts: Iterable[Draft], now: Iterable[WrittenFile]) -> tuple[WrittenFile, ...]:
    """All files that are written once these drafts write other ones."""
    again = {draft.asset.key for draft in drafts}
    return tuple(sorted((*(each for each in before.written_files if each[0] not in again), *now)))


def _in_body(project: Project, draft: Draft) -> Iterator[Reference]:
    for write in draft.python.writes if draft.python else ():
        if write.kind == "file" or project.target.dialect in READS_FILES:
            yield write.reference


def _in_sql(facts: SqlFacts) -> Iterator[Reference]:
    if facts.understood is not None and facts.understood.dialect in READS_FILES:
        yield from (placed.reference for placed in facts.understood.references)
