"""The SQL of the assets and checks of an open project, as the warehouse gets it, and the way back to the template."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from assetc.adapters.protocol import Adapter, Canceled, Session
from assetc.compiler.asset import Asset, Check
from assetc.compiler.config import NOTHING, AssetConfig, ConfigValues, Hook
from assetc.compiler.emit import Emitted, Emitter, emit, relation_text
from assetc.compiler.facts import Variant
from assetc.compiler.names.locate import written_relation
from assetc.compiler.names.names import Names, find_key, find_table
from assetc.compiler.names.names_of_graph import names_of_graph
from assetc.compiler.place import Span, file_span
from assetc.compiler.reference import Reference
from assetc.compiler.resolution.resolve_checks import NOBODY
from assetc.compiler.sql.reading import SqlReading
from assetc.compiler.sql.rewrite import rewrite
from assetc.compiler.template.render import render
from assetc.compiler.template.rendered import Rendered, span_in_template
from assetc.compiler.template.surroundings import Template
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation
from assetc.runtime.execution.work import StepFailed
from assetc.runtime.steps.session_answers import SessionAnswers
from assetc.runtime.workspace import Workspace

if TYPE_CHECKING:
    from assetc.compiler.reading.understand_files import TargetNames


class CompiledSql(Struct, frozen=True):
    """SQL for the warehouse. `place` maps an offset in it to the place in the file that its author wrote."""

    sql: str
    path: str
    rendered: Rendered
    emitted: Emitted
    text: Callable[[], str]

    def place(self, offset: int, length: int = 1) -> Span:
        """The place in the template behind an offset of the SQL."""
        start = self.emitted.rendered_offset(offset)
        text = self.text()
        return span_in_template(self.rendered, self.path, text, start, start + length) if text else file_span(self.path)


class SqlCompiler(Struct, frozen=True):
    """Gives the SQL of every asset and check of one project. Built once for a command; it changes nothing."""

    workspace: Workspace
    names: Names
    adapter: Adapter

    @staticmethod
    def of(workspace: Workspace) -> SqlCompiler:
        """The compiler of an open project."""
        names = names_of_graph(workspace.project, workspace.graph, workspace.compilation.written)
        return SqlCompiler(workspace, names, workspace.adapter)

    @property
    def emitter(self) -> Emitter:
        """How names become relations in this project."""
        project = self.workspace.project
        return Emitter(
            names=self.names,
            assets=self.workspace.graph.assets,
            name_of=self.adapter.name_of,
            variant_of=lambda key: self._variant(self.workspace.graph.assets[key].path, incremental=False),
            written_relation=partial(written_relation, project.settings, project.target),
            rewrites=project.rules.plain_names_are_ours,
        )

    def model(self, asset: Asset, *, incremental: bool, session: Session | None = None) -> CompiledSql:
        """The SQL of a model, for one value of `is_incremental()`.

        A template that asks the warehouse is rendered again with the answers of `session`, where one is given.
        """
        variant = self._variant(asset.path, incremental=incremental)
        if variant.rendered.needs_warehouse and session is not None:
            variant = self._rendered_now(asset, session, incremental=incremental)
        return self._compiled(asset.path, variant, emit(self.emitter, asset.key, variant))

    def needs_warehouse(self, asset: Asset) -> bool:
        """Whether the SQL of a model can only be known while it runs, because its template asks the warehouse."""
        return asset.kind == "model" and self._variant(asset.path, incremental=False).rendered.needs_warehouse

    def check(self, check: Check, instead: Mapping[Relation, Relation]) -> CompiledSql:
        """The query of a check that is a SQL file; it reads some relations `instead` of others."""
        path = check.path or ""
        variant = self._variant(path, incremental=False)
        name_of = self.adapter.name_of
        emitter = replace(self.emitter, name_of=lambda relation: name_of(instead.get(relation, relation)))
        return self._compiled(path, variant, emit(emitter, NOBODY, variant))

    def inline(self, template: Template, session: Session) -> CompiledSql:
        """SQL that stands in no file of the project, such as a query of the command line. Raises StepFailed."""
        own = self._target_names(NOBODY, Relation(None, None, "inline_query"))
        rendered = self._render(template, own, NOTHING, session, incremental=False)
        variant = Variant(incremental=False, rendered=rendered, reading=_read(rendered.text, self.adapter.dialect))
        emitted = emit(self.emitter, NOBODY, variant)
        return CompiledSql(emitted.sql, template.path, rendered, emitted, lambda: template.text)

    def resolve_sql(self, owner: AssetKey, sql: str) -> str:
        """SQL with each name written as its relation in the target."""
        return self.resolve_noting(owner, sql, set())

    def resolve_noting(self, owner: AssetKey, sql: str, read: set[AssetKey]) -> str:
        """SQL of a Python body, with each name written as its relation in the target; what it reads goes to `read`."""
        reading = _read(sql, self.adapter.dialect)
        emitter = self.emitter

        def text_of(reference: Reference) -> str | None:
            found = find_table(self.names, reference.parts, owner) if reference.kind == "read" else ()
            read.update(found if len(found) == 1 else ())
            query = self.ephemeral(found[0]) if len(found) == 1 else None
            return f"({query})" if query else relation_text(emitter, reference, owner)

        return rewrite(sql, reading, text_of).text

    def ephemeral(self, key: AssetKey) -> str | None:
        """The query that stands for an ephemeral model; None for every other asset."""
        asset = self.workspace.graph.assets.get(key)
        if asset is None or asset.config.materialized != "ephemeral":
            return None
        return emit(self.emitter, key, self._variant(asset.path, incremental=False)).sql.strip().rstrip(";")

    def resolve_name(self, owner: AssetKey, written: tuple[str, ...]) -> Relation | None:
        """The relation of what a body names: the arguments of `ref`, `source` or `table`."""
        found = find_key(self.names, "/".join(written), owner) or find_key(self.names, written[-1], owner)
        return self.names.relations.get(found[0]) if len(found) == 1 else None

    def hooks(self, asset: Asset, *, incremental: bool, session: Session) -> AssetConfig:
        """The configuration of an asset with its hooks as the warehouse gets them: rendered, names resolved."""
        config = asset.config
        if not config.pre_hook and not config.post_hook:
            return config

        def ready(hook: Hook) -> Hook:
            sql = hook.sql
            if "{" in sql:
                sql = self._render_now(asset, sql, session, incremental=incremental).text
            return replace(hook, sql=self.resolve_sql(asset.key, sql) if self.emitter.rewrites else sql)

        before, after = tuple(map(ready, config.pre_hook)), tuple(map(ready, config.post_hook))
        return replace(config, pre_hook=before, post_hook=after)

    def _rendered_now(self, asset: Asset, session: Session, *, incremental: bool) -> Variant:
        text = self.workspace.files.text(asset.path)
        rendered = self._render_now(asset, text, session, incremental=incremental)
        dialect = asset.config.dialect or self.workspace.project.target.dialect
        return Variant(incremental, rendered, _read(rendered.text, dialect))

    def _render_now(self, asset: Asset, text: str, session: Session, *, incremental: bool) -> Rendered:
        own = self._target_names(asset.key, asset.relation or Relation(None, None, asset.key.name))
        config = ConfigValues(asset.config)
        return self._render(Template(asset.path, text), own, config, session, incremental=incremental)

    def _target_names(self, key: AssetKey, relation: Relation) -> TargetNames:
        from assetc.compiler.reading.understand_files import TargetNames

        return TargetNames(self.names, key, relation, self.workspace.graph.assets, self.adapter.quote)

    def _render(
        self, template: Template, own: TargetNames, config: Mapping[str, object], session: Session, *, incremental: bool
    ) -> Rendered:
        surroundings = self.workspace.surroundings
        flags = replace(surroundings.flags, execute=True, is_incremental=incremental)
        around = replace(surroundings, names=own, flags=flags, config=config)
        answers = SessionAnswers(session, self.adapter)
        rendered = render(template, around, answers)
        if rendered.problems:
            raise _why_not_rendered(rendered, answers)
        return rendered

    def _compiled(self, path: str, variant: Variant, emitted: Emitted) -> CompiledSql:
        files = self.workspace.files
        return CompiledSql(emitted.sql, path, variant.rendered, emitted, lambda: files.text(path))

    def _variant(self, path: str, *, incremental: bool) -> Variant:
        compiled = self.workspace.memory.compiled(path)
        if compiled is None:
            raise LookupError(f"the compiled text of {path} is gone; delete .assetc/cache.sqlite")
        return next((found for found in compiled.variants if found.incremental == incremental), compiled.variants[0])


def _why_not_rendered(rendered: Rendered, answers: SessionAnswers) -> Exception:
    """The first fault, transient if the warehouse's error is; a query that was canceled is no fault."""
    failure = answers.failures[-1] if answers.failures else None
    if isinstance(failure, Canceled):
        return failure
    return StepFailed(rendered.problems[0], transient=failure is not None and failure.transient)


def _read(sql: str, dialect: str) -> SqlReading:
    """SQL that only came to be while the command runs."""
    from assetc.compiler.sql.read_sql import read_sql

    return read_sql(sql, dialect)
