"""Problems of valid configuration that does not fit its asset or its target."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from assetc.compiler.asset import AssetKind
from assetc.compiler.config import AssetConfig
from assetc.compiler.configuration.configure import name_of
from assetc.compiler.diagnostic import Annotation, Diagnostic, diagnostic
from assetc.compiler.materialization.known import materialization_named, without_query
from assetc.compiler.project import Entry, Patch, Project, Properties


def misplaced_materialization(kind: AssetKind, title: str, own: Iterable[Entry]) -> Iterator[Diagnostic]:
    """E176 for a seed or Python asset that is configured as a query itself, not only by its folder."""
    for entry in own:
        has_own_rows = kind in ("seed", "python") and name_of(entry) == "materialized"
        if has_own_rows and not materialization_named(str(entry.value)).stores_rows:
            yield without_query(str(entry.value), title, entry.span)


def foreign_dialect(project: Project, config: AssetConfig, entries: Iterable[Entry]) -> Iterator[Diagnostic]:
    """W223 for SQL in another dialect than the target's: it is read in that dialect, and not translated."""
    dialect = config.dialect
    if dialect is None or dialect == project.target.dialect or not project.rules.has_dialects:
        return
    for entry in entries:
        if name_of(entry) == "dialect" and entry.value == dialect:
            message = f"SQL is not translated yet from {dialect} to {project.target.dialect}"
            yield diagnostic("W223", message, entry.span, hint="It is read in its dialect and sent as it is written")


def described_twice(project: Project, properties: Properties) -> Iterator[Diagnostic]:
    """E127 for each further description of one model, seed ... in the property files of a native project."""
    first: dict[tuple[str, str], Patch] = {}
    for patch in properties.patches if project.rules.is_strict else ():
        other = first.setdefault((patch.kind, patch.name), patch)
        if other is not patch:
            yield diagnostic(
                "E127",
                f"the {patch.kind} {patch.name} is described twice",
                patch.span,
                hint="The last one counts; bring the two together",
                related=(Annotation(other.span, "first described here"),),
            )
