"""Every name that a template can use, and what gives its value. A new member is one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from assetc.compiler.template.members import adapter, naming, nodes, scopes, settings, values, warehouse
from assetc.compiler.template.members.exceptions import exceptions
from assetc.compiler.template.rendering import Rendering

DBT_VERSION = "1.11.0"
"""The version of dbt whose words these are; packages compare it."""


def _always(value: object) -> Callable[[Rendering], object]:
    return lambda _: value


MEMBERS: Mapping[str, Callable[[Rendering], object]] = {
    # names of relations, and of checks in config(checks=[...])
    "ref": naming.ref,
    "source": naming.source,
    "this": naming.this,
    "not_null": naming.check("not_null"),
    "unique": naming.check("unique"),
    "accepted_values": naming.check("accepted_values"),
    "relationships": naming.check("relationships"),
    # settings
    "config": settings.Config,
    "var": settings.Variables,
    "env_var": settings.env_var,
    "target": settings.target,
    "flags": settings.FlagValues,
    "execute": settings.flag("execute"),
    "is_incremental": settings.is_incremental,
    "should_full_refresh": lambda rendering: lambda: bool(settings.flag("FULL_REFRESH")(rendering)),
    "model": nodes.model,
    "graph": nodes.graph,
    "pre_hooks": nodes.hooks("pre-hook"),
    "post_hooks": nodes.hooks("post-hook"),
    "run_started_at": settings.seen("clock", "now", "now"),
    "invocation_id": settings.seen("invocation", "id", "invocation_id"),
    "selected_resources": settings.selected_resources,
    "invocation_args_dict": settings.invocation_arguments,
    "dbt_metadata_envs": settings.metadata_envs,
    "project_name": settings.seen("project", "name", "project_name"),
    "schema": settings.field_of_target("schema"),
    "database": settings.field_of_target("database", "dbname", "project"),
    "dbt_version": _always(DBT_VERSION),
    "thread_id": _always("assetc"),
    "otel_trace_id": _always(lambda: ""),
    "otel_span_id": _always(lambda: ""),
    # values
    "return": _always(values.return_value),
    "log": values.log,
    "print": lambda rendering: partial(values.log(rendering), info=True),
    "debug": _always(lambda: ""),
    "fromjson": _always(values.fromjson),
    "tojson": _always(values.tojson),
    "fromyaml": _always(values.fromyaml),
    "toyaml": _always(values.toyaml),
    "set": _always(values.make_set),
    "set_strict": _always(values.set_strict),
    "zip": _always(values.make_zip),
    "zip_strict": _always(values.zip_strict),
    "local_md5": _always(values.local_md5),
    "diff_of_two_dicts": _always(values.diff_of_two_dicts),
    "modules": values.modules,
    "exceptions": exceptions,
    # macros and members by other ways
    "builtins": scopes.Builtins,
    "context": scopes.Context,
    "context_macro_stack": _always(()),
    "dbt": lambda rendering: scopes.PackageNames(rendering, "dbt"),
    # the warehouse
    "adapter": adapter.Adapter,
    "api": warehouse.api,
    "column": warehouse.column,
    "statement": warehouse.statement,
    "run_query": warehouse.run_query,
    "load_result": warehouse.load_result,
    "store_result": warehouse.store_result,
    "store_raw_result": warehouse.store_result,
    "load_relation": lambda rendering: adapter.Adapter(rendering).load_relation,
    # facts that the caller gives in place of these
    "sql": _always(""),
    "compiled_code": _always(""),
}
