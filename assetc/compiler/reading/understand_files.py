"""The pass in which templates become SQL for the target: rendered with all names known, and read once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from assetc.compiler.collector import drop_trees, keep_what_is
from assetc.compiler.compiler_input import CompilerInput
from assetc.compiler.declare import Declared
from assetc.compiler.define_checks import check_of
from assetc.compiler.facts import SqlFacts
from assetc.compiler.names.target_names import View
from assetc.compiler.place import TextId
from assetc.compiler.reading.understand import Reader, is_too_early, is_understood, reader_of, understand
from assetc.compiler.template.surroundings import Template, at_moment


def _readers(given: CompilerInput, declared: Declared, view: View) -> Iterator[tuple[TextId, Reader]]:
    """The templates of models and checks, and how each is read."""
    moment = at_moment(given.surroundings, execute=True, incremental=False)
    for asset in (draft.asset for draft in declared.drafts):
        if asset.kind in ("model", "snapshot"):
            yield asset.text, reader_of(given, asset.config, view.of_asset(moment, asset))
    for check in declared.checks:
        if check.path is not None:
            seen = view.of_check(moment, check_of(given.project, check, ()))
            yield TextId(check.path), reader_of(given, None, seen)


def understand_files(
    given: CompilerInput, declared: Declared, facts: Mapping[TextId, SqlFacts], view: View
) -> tuple[dict[TextId, SqlFacts], int]:
    """The facts with everything that their SQL tells, and how many texts had to be parsed for it.

    What looks at the graph is not understood before that is there.
    """
    understood: dict[TextId, SqlFacts] = {}
    parsed = 0
    keep_what_is()
    for text, reader in _readers(given, declared, view):
        known = facts[text]
        if not is_understood(known.understood, reader) and not is_too_early(known.understood, reader):
            template = Template(text.path, given.files.text(text.path))
            found, compiled = understand(template, reader, known.discovered)
            given.memory.keep_text(compiled)
            known = replace(known, understood=found)
            parsed += 1
            drop_trees()
        understood[text] = replace(known, understood=None) if is_too_early(known.understood, reader) else known
    return understood, parsed
