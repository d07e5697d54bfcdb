"""The SQL of what `compile` is asked for: printed, or written where it is not."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from msgspec import Struct

from assetc.adapters.perform import Listener, perform
from assetc.adapters.protocol import Refused, Statement
from assetc.adapters.recording import NotKnown, RecordingSession
from assetc.cli.opening import Opened
from assetc.cli.target import open_state
from assetc.cli.text.text import Piece, line
from assetc.compiler.asset import Asset, Check
from assetc.compiler.checks import SINGULAR
from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.graph import order
from assetc.compiler.materialization.build import Build, Content, Query
from assetc.compiler.materialization.materialize import materialize
from assetc.compiler.operation import RelationKind
from assetc.compiler.plan import output_id
from assetc.compiler.planning.make_plan import known_kind
from assetc.compiler.planning.staleness import Remembered
from assetc.definitions.key import AssetKey
from assetc.runtime.compiled_sql import SqlCompiler
from assetc.runtime.run_project import state_path
from assetc.runtime.steps.project_checks import ProjectChecks
from assetc.runtime.steps.script import read_script
from assetc.runtime.workspace import identity_of
from assetc.runtime.written_files import WrittenFiles, path_of_check


def existing_tables(opened: Opened, assets: Iterable[Asset]) -> frozenset[AssetKey]:
    """Those of the assets of which earlier runs left a table."""
    if not state_path(opened.workspace.root).exists():
        return frozenset()
    with open_state(opened) as state:
        remembered = Remembered(state.recorded(identity_of(opened.workspace)))
    return frozenset(asset.key for asset in assets if known_kind(asset, remembered) == "table")


class Compiling(Struct, frozen=True):
    """What is compiled; `adding` are the models to whose tables rows would be added."""

    opened: Opened
    compiler: SqlCompiler
    adding: Collection[AssetKey]

    @staticmethod
    def of(opened: Opened, adding: Collection[AssetKey]) -> Compiling:
        """What compiles an open project."""
        return Compiling(opened, SqlCompiler.of(opened.workspace), adding)

    def give(self, keys: Iterable[AssetKey], *, as_json: bool) -> bool:
        """Print the SQL of assets; whether that of each is known."""
        known, unknown = self._known(keys)
        for asset in known:
            if as_json:
                self._give_json(asset)
            else:
                self._give_statements(asset)
        return not unknown

    def write(self, files: WrittenFiles, keys: Iterable[AssetKey], checks: Iterable[Check]) -> int:
        """Write the files of models and checks; how many cannot be written."""
        known, unknown = self._known(keys)
        for asset in known:
            files.write(asset.path, self._text(self._sql_of(asset)), adding=asset.key in self.adding)
        queries = ProjectChecks(self.compiler)
        for check in checks:
            lasts = check.kind == SINGULAR or queries.is_built_in(check)  # the project's own tests are rendered later
            files.write(path_of_check(check), self._text(queries.query(check)), lasts=lasts)
        files.keep()
        return unknown

    def _known(self, keys: Iterable[AssetKey]) -> tuple[list[Asset], int]:
        """The assets whose SQL is known, in their order, and how many others there are, which are told of."""
        assets = [self.opened.workspace.graph.assets[key] for key in order(self.opened.workspace.graph, keys)]
        unknown = {asset.key for asset in assets if self.compiler.needs_warehouse(asset)}
        self.opened.say(_unknown_before_the_run(asset) for asset in assets if asset.key in unknown)
        return [asset for asset in assets if asset.key not in unknown], len(unknown)

    def _sql_of(self, asset: Asset) -> str:
        return self.compiler.model(asset, incremental=asset.key in self.adding).sql

    def _text(self, sql: str) -> str:
        return self.opened.output.masked(sql if sql.endswith("\n") else f"{sql}\n")

    def _give_json(self, asset: Asset) -> None:
        """dbt's form: the SQL of each node."""
        if asset.kind == "model":
            self.opened.output.give_json({"node": str(asset.id), "compiled": self._sql_of(asset)})

    def _give_statements(self, asset: Asset) -> None:
        """The statements that would build an asset."""
        output = self.opened.output
        try:
            statements = statements_of(asset, self.compiler, "table" if asset.key in self.adding else None)
        except Refused as refused:
            self.opened.stop_for([refused.diagnostic])
            return
        output.give([line(Piece(f"-- {asset.key}  {asset.span.where}", "quiet"))])
        if not statements:
            why = "its body decides" if asset.kind == "python" else "nothing to execute"
            output.give([line(Piece(f"-- {asset.config.materialized}: {why}", "quiet"))])
        for statement in statements:
            output.give_text(statement if statement == LATER else f"{statement.strip().rstrip(';')};")
        output.give([()])


def _unknown_before_the_run(asset: Asset) -> Diagnostic:
    message = f"the SQL of {asset.key} depends on what the warehouse answers"
    return diagnostic(
        "E131", message, asset.span, hint=f"It is known while it runs: assetc build --select +{asset.key}"
    )


LATER = "-- what follows depends on what the warehouse answers"


def statements_of(asset: Asset, compiler: SqlCompiler, existing: RelationKind | None) -> list[str]:
    """The statements that build the asset: as a whole, or into the table that exists. Raises Refused."""
    asset, content = _content(asset, compiler, incremental=existing == "table")
    if content is None or asset.relation is None:
        return []
    build = Build(
        relation=asset.relation,
        content=content,
        config=compiler.with_predicates(asset, incremental=existing == "table", ask=None),
        abilities=compiler.adapter.abilities,
        step_id=output_id(asset),
        existing=existing,
        columns=asset.columns,
        span=asset.span,
        guards_rows=False,  # what only looks at rows is no part of the SQL
    )
    session = RecordingSession(compiler.workspace.compilation.columns.get(asset.key) or ())
    try:
        perform(materialize(build), compiler.adapter.render, session, Listener())
    except NotKnown:
        session.execute(Statement(LATER))
    return [statement.sql for statement in session.statements]


def _content(asset: Asset, compiler: SqlCompiler, *, incremental: bool) -> tuple[Asset, Content | None]:
    """What the asset is made of; the statements before a script's query are then hooks of the asset."""
    if asset.kind == "seed":
        from assetc.adapters.seed_file import read_seed

        path, keeps_zeros = compiler.workspace.root / asset.path, compiler.workspace.project.rules.keeps_zeros
        return asset, read_seed(path, asset.path, asset.config.separator, keeps_zeros=keeps_zeros)
    if asset.kind != "model":
        return asset, None
    script = read_script(asset, compiler.model(asset, incremental=incremental).sql, compiler.adapter.dialect)
    return script.asset, None if script.query is None else Query(script.query.sql)
