"""What the templates of an open project see."""

from __future__ import annotations

from assetc.compiler.template.macros import MacroLibrary
from assetc.compiler.template.surroundings import Flags, Surroundings, WarehouseKind
from assetc.runtime.opening import Opening, moment


def surroundings_of(opening: Opening, library: MacroLibrary) -> Surroundings:
    """The surroundings of every template; what is an asset's own is added where it is rendered."""
    request, project, adapter = opening.request, opening.project, opening.adapter
    environment = request.load.environment
    return Surroundings(
        project_name=project.name,
        now=request.now or moment(environment),
        invocation_id=request.invocation_id,
        arguments=request.arguments,
        variables=project.variables,
        given_variables=request.load.variables,
        environment=environment,
        target=project.target.fields,
        flags=Flags(
            full_refresh=request.full_refresh,
            which=str(request.arguments.get("which", "compile")),
            others=project.flags,
        ),
        library=library,
        warehouse=WarehouseKind(adapter.name, (adapter.name,), adapter.quote, adapter.judge),
        dispatch=dict(project.dispatch),
        unknown_names=project.rules.unknown_in_templates,
        trace_key=opening.cache.secret(),
    )
