"""The SQL of the assets and checks of an open project, as the warehouse gets it, and the way back to the template."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from assetc.adapters.protocol import Adapter, Canceled, Places
from assetc.compiler.asset import Asset, Check
from assetc.compiler.asset_texts import predicates_of
from assetc.compiler.config import AssetConfig
from assetc.compiler.config_text import ConfigText
from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.emit import Emitted, Emitter, emit, inlined_query, relation_text, with_inlined
from assetc.compiler.facts import Variant
from assetc.compiler.names.index_names import names_of_graph
from assetc.compiler.names.locate import written_relation
from assetc.compiler.names.names import INLINED_PREFIX, Names, Ref, find_key, find_ref, find_source, find_table
from assetc.compiler.names.target_names import NOBODY, View
from assetc.compiler.nodes.nodes import Nodes
from assetc.compiler.place import Span, TextId, file_span
from assetc.compiler.reference import Reference
from assetc.compiler.sql.reading import SqlReading
from assetc.compiler.sql.rewrite import rewrite
from assetc.compiler.sql.splice import Spliced, splice
from assetc.compiler.template.render import render
from assetc.compiler.template.rendered import Rendered, macro_annotations, span_in_template
from assetc.compiler.template.surroundings import Surroundings, Template, at_moment
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation
from assetc.runtime.execution.work import StepFailed
from assetc.runtime.python.warehouse_access import NamingCall
from assetc.runtime.steps.session_answers import SessionAnswers
from assetc.runtime.workspace import Workspace


class CompiledSql(Struct, frozen=True):
    """SQL for the warehouse. `place` maps an offset in it to the place in the file that its author wrote.

    `macros` gives the texts of the files of macros, which may have written it.
    """

    sql: str
    path: str
    rendered: Rendered
    emitted: Emitted
    text: Callable[[], str]
    macros: Callable[[], dict[str, str]]

    def places(self, offset: int, length: int = 1) -> Places:
        """The place in the template, and the places in the macros that it calls."""
        start = self.emitted.rendered_offset(offset)
        texts = self.macros() if self.rendered.macro_segments else {}
        return self.place(offset, length), macro_annotations(self.rendered, texts, start, start + length)

    def place(self, offset: int, length: int = 1) -> Span:
        """The place in the template behind an offset of the SQL."""
        start = self.emitted.rendered_offset(offset)
        text = self.text()
        return span_in_template(self.rendered, self.path, text, start, start + length) if text else file_span(self.path)


class SqlCompiler(Struct, frozen=True):
    """Gives the SQL of every asset and check of one project. Built once for a command; it changes nothing."""

    workspace: Workspace
    view: View
    adapter: Adapter
    selected: tuple[str, ...] = ()

    @property
    def names(self) -> Names:
        """What names mean in this project."""
        return self.view.names

    @staticmethod
    def of(workspace: Workspace, selected: tuple[str, ...] = ()) -> SqlCompiler:
        """The compiler of an open project; `selected` are the identities of what the command is about."""
        assets, sources = workspace.graph.assets.values(), workspace.graph.sources.values()
        names = names_of_graph(workspace.project, assets, sources, workspace.compilation)
        project, files, quote = workspace.project, workspace.files, workspace.adapter.quote
        view = View(names, workspace.graph.assets, Nodes(project, files.text, quote, workspace.graph))
        return SqlCompiler(workspace, view, workspace.adapter, selected)

    @property
    def emitter(self) -> Emitter:
        """How names become relations in this project."""
        project = self.workspace.project
        return Emitter(
            names=self.names,
            assets=self.workspace.graph.assets,
            name_of=self.adapter.name_of,
            variant_of=lambda key: self._variant(self.workspace.graph.assets[key].text, incremental=False),
            written_relation=partial(written_relation, project.settings, project.target),
            rewrites=project.rules.plain_names_are_ours,
        )

    def model(self, asset: Asset, *, incremental: bool, ask: SessionAnswers | None = None) -> CompiledSql:
        """The SQL of a model, for one value of `is_incremental()`.

        A template that asks the warehouse is rendered again with the answers of `ask`, where it is given.
        """
        dialect = asset.config.dialect or self.workspace.project.target.dialect
        variant = self._variant_now(asset.text, dialect, self.moment_of(asset, incremental=incremental), ask)
        return self._compiled(asset.path, variant, emit(self.emitter, asset.key, variant))

    def needs_warehouse(self, asset: Asset) -> bool:
        """Whether the SQL of a model can only be known while it runs, because its template asks the warehouse."""
        return asset.kind == "model" and self._variant(asset.text, incremental=False).rendered.needs_warehouse

    def check(
        self, check: Check, instead: Mapping[Relation, Relation], ask: SessionAnswers | None = None
    ) -> CompiledSql:
        """The query of a check that is a SQL file; it reads some relations `instead` of others."""
        path = check.path or ""
        variant = self._variant_now(TextId(path), self.adapter.dialect, self.moment_of_check(check), ask)
        name_of = self.adapter.name_of
        emitter = replace(self.emitter, name_of=lambda relation: name_of(instead.get(relation, relation)))
        return self._compiled(path, variant, emit(emitter, NOBODY, variant))

    def inline(self, template: Template, ask: SessionAnswers) -> CompiledSql:
        """SQL that stands in no file of the project, such as a query of the command line. Raises StepFailed."""
        seen = self.view.of_query(self._moment())
        rendered = self._render(template, seen, ask)
        variant = Variant(incremental=False, rendered=rendered, reading=_read(rendered.text, self.adapter.dialect))
        emitted = emit(self.emitter, NOBODY, variant)
        return CompiledSql(emitted.sql, template.path, rendered, emitted, lambda: template.text, self._macros)

    def resolve_sql(self, owner: AssetKey, sql: str) -> str:
        """SQL with each name written as its relation in the target."""
        return self.resolve_noting(owner, sql, set())

    def resolve_noting(self, owner: AssetKey, sql: str, read: set[AssetKey]) -> str:
        """SQL of a Python body, with each name written as its relation in the target; what it reads goes to `read`."""
        return self._rewritten(owner, sql, read).text

    def _rewritten(self, owner: AssetKey, sql: str, read: set[AssetKey]) -> Spliced:
        reading = _read(sql, self.adapter.dialect)
        emitter = self.emitter

        def text_of(reference: Reference) -> str | None:
            found = find_table(self.names, reference.parts, owner) if reference.kind == "read" else ()
            read.update(found if len(found) == 1 else ())
            query = self.ephemeral(found[0]) if len(found) == 1 else None
            return f"(\n{query}\n)" if query else relation_text(emitter, reference, owner)

        return rewrite(sql, reading, text_of)

    def is_ephemeral(self, key: AssetKey) -> bool:
        """Whether a query stands for an asset wherever it is read."""
        asset = self.workspace.graph.assets.get(key)
        return asset is not None and asset.config.materialization.is_inlined

    def ephemeral(self, key: AssetKey) -> str | None:
        """The query that stands for an ephemeral model; None for every other asset."""
        return inlined_query(self.emitter, key) if self.is_ephemeral(key) else None

    def with_ephemeral(self, sql: str) -> str:
        """SQL in which all relations are final, with the ephemeral models that it names."""
        return self._with_ephemeral(sql).sql

    def _with_ephemeral(self, sql: str) -> Emitted:
        if INLINED_PREFIX not in sql:
            return _emitted(splice(sql, ()))
        variant = Variant(incremental=False, rendered=Rendered(sql), reading=_read(sql, self.adapter.dialect))
        return with_inlined(self.emitter, NOBODY, variant)

    def resolve_name(self, owner: AssetKey, call: NamingCall, written: tuple[str, ...]) -> Relation | None:
        """The relation of what a body names with such a call."""
        match call:
            case "ref":
                found = find_ref(self.names, Ref.of(written), owner)
            case "source":
                found = find_source(self.names, *written)
            case "table":
                found = find_key(self.names, written[0], owner)
        return self.names.relations.get(found[0]) if len(found) == 1 else None

    def hook(self, asset: Asset, text: ConfigText, *, incremental: bool, ask: SessionAnswers) -> CompiledSql:
        """A hook as the warehouse gets it: rendered, with names resolved. Raises StepFailed."""
        rendered = self._rendered(asset, text, incremental=incremental, ask=ask)
        if self.emitter.rewrites:
            emitted = _emitted(self._rewritten(asset.key, rendered.text, set()))
        else:
            emitted = self._with_ephemeral(rendered.text)
        return CompiledSql(emitted.sql, str(text.id), rendered, emitted, lambda: text.text, self._macros)

    def with_predicates(self, asset: Asset, *, incremental: bool, ask: SessionAnswers | None) -> AssetConfig:
        """The configuration of an asset with its predicates rendered, which may name relations. Raises StepFailed."""
        texts = tuple(predicates_of(asset))
        if not any("{" in text.text for text in texts):
            return asset.config
        rendered = (self._rendered(asset, text, incremental=incremental, ask=ask).text for text in texts)
        return replace(asset.config, incremental_predicates=tuple(rendered))

    def _rendered(self, asset: Asset, text: ConfigText, *, incremental: bool, ask: SessionAnswers | None) -> Rendered:
        """A text from the configuration of an asset, rendered."""
        if "{" not in text.text:
            return Rendered(text.text)
        rendered = render(text.template, self.moment_of(asset, incremental=incremental), ask)
        placed = text.placed(rendered.problems, self.workspace.files.text)
        raise_fault(placed, ask)
        return replace(rendered, problems=placed)

    def moment_of_check(self, check: Check) -> Surroundings:
        """What the templates and macros of a check see while it is executed."""
        return self.view.of_check(self._moment(), check)

    def moment_of(self, asset: Asset, *, incremental: bool) -> Surroundings:
        """What the templates and macros of an asset see while its step runs."""
        return self.view.of_asset(self._moment(incremental=incremental), asset)

    def _moment(self, *, incremental: bool = False) -> Surroundings:
        around = replace(self.workspace.surroundings, selected=self.selected)
        return at_moment(around, execute=True, incremental=incremental)

    def _variant_now(self, text: TextId, dialect: str, around: Surroundings, ask: SessionAnswers | None) -> Variant:
        variant = self._variant(text, incremental=around.flags.is_incremental)
        if ask is None or not variant.rendered.needs_warehouse:
            return variant
        rendered = self._render(Template(text.path, self.workspace.files.text(text.path)), around, ask)
        return Variant(around.flags.is_incremental, rendered, _read(rendered.text, dialect))

    def _render(self, template: Template, around: Surroundings, ask: SessionAnswers) -> Rendered:
        rendered = render(template, around, ask)
        raise_fault(rendered.problems, ask)
        return rendered

    def _compiled(self, path: str, variant: Variant, emitted: Emitted) -> CompiledSql:
        files = self.workspace.files
        return CompiledSql(emitted.sql, path, variant.rendered, emitted, lambda: files.text(path), self._macros)

    def _macros(self) -> dict[str, str]:
        return self.workspace.surroundings.library.texts()

    def _variant(self, text: TextId, *, incremental: bool) -> Variant:
        compiled = self.workspace.memory.compiled(text)
        if compiled is None:
            raise LookupError(f"the compiled text of {text} is gone; delete .assetc/cache.sqlite")
        return next((found for found in compiled.variants if found.incremental == incremental), compiled.variants[0])


def raise_fault(problems: Iterable[Diagnostic], ask: SessionAnswers | None) -> None:
    """Raise the first error, transient if the warehouse's is; a query that was canceled is no fault."""
    error = next((problem for problem in problems if problem.severity == "error"), None)
    if error is None:
        return
    failure = ask.failures[-1] if ask and ask.failures else None
    if isinstance(failure, Canceled):
        raise failure
    raise StepFailed(error, transient=failure is not None and failure.transient)


def _emitted(spliced: Spliced) -> Emitted:
    return Emitted(spliced.text, (spliced,))


def _read(sql: str, dialect: str) -> SqlReading:
    """SQL that only came to be while the command runs."""
    from assetc.compiler.sql.read_sql import read_sql

    return read_sql(sql, dialect)
