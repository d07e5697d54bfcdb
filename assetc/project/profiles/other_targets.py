"""The other targets of a profile: two targets that would write the same relations are worth a warning."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from assetc.adapters.protocol import Identity
from assetc.adapters.registry import UnknownAdapter, find_adapter
from assetc.compiler.asset import Graph
from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.place import Span
from assetc.compiler.project import Project
from assetc.project.documents.readings import ProfilesReading
from assetc.project.profiles.profiles import Output, render_output
from assetc.project.templates import TemplateNames


class OtherTarget(Struct, frozen=True):
    """A target that is not in use: which warehouse it really is."""

    name: str
    span: Span
    identity: Identity


def other_targets(reading: ProfilesReading, chosen: Output, root: str, names: TemplateNames) -> Iterator[OtherTarget]:
    """The targets beside the chosen one. One that cannot be used now is left out."""
    outputs = next((profile.outputs for profile in reading.profiles if profile.name == chosen.profile), ())
    for written in outputs:
        if written.name == chosen.name:
            continue
        output, problems = render_output(chosen.profile, written, names)
        if output is None or problems:
            continue
        try:
            adapter = find_adapter(str(output.fields.get("type")))
        except UnknownAdapter:
            continue
        parsed = adapter.parse(output.fields, root)
        if not isinstance(parsed, tuple):
            yield OtherTarget(written.name, written.span, parsed.identity)


def shared_relations(
    project: Project, graph: Graph, own: Identity, others: tuple[OtherTarget, ...]
) -> Iterator[Diagnostic]:
    """W225 for each target whose relations would be those of the target in use, in a native project."""
    if not project.rules.shares_no_relation:
        return
    schema = project.target.schema
    has_own_schemas = any(asset.relation and asset.relation.schema != schema for asset in graph.assets.values())
    for other in others:
        if (other.identity.adapter, other.identity.place, other.identity.database) != (
            own.adapter,
            own.place,
            own.database,
        ):
            continue
        if other.identity.schema == own.schema:
            how = "are one database and schema"
        elif has_own_schemas and project.settings.schemas == "as-written":
            how = "share the relations of all assets with a schema of their own"
        else:
            continue
        hint = 'Give each target a database of its own, or set schemas = "prefixed" and give each a schema'
        yield diagnostic("W225", f"the targets {project.target.name} and {other.name} {how}", other.span, hint=hint)
