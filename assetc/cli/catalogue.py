"""The commands: their names, what they do in a few words, and where they are. Reading this list imports none."""

from __future__ import annotations

COMMANDS: dict[str, str] = {
    "init": "make a new project",
    "debug": "show the configuration and try the connection",
    "ls": "list assets",
    "compile": "write the SQL that would run",
    "plan": "show what a run would do, and why",
    "run": "build the selected assets",
    "build": "build the selected assets and check them in place",
    "seed": "load CSV files",
    "test": "execute checks",
    "show": "show rows of an asset or of a query",
    "lineage": "show what an asset needs and what needs it",
    "explain": "explain a code, an asset, or an edge between two",
    "retry": "go on with the last run",
    "clean": "remove compiled files and caches",
    "orphans": "list relations whose asset is gone",
    "asset": "list or show assets",
    "runs": "list runs",
    "checks": "list checks",
    "completion": "print a script that completes names in a shell",
}

ALIASES = {"list": "ls"}

NOT_BUILT: tuple[str, ...] = (
    "automation",
    "backfill",
    "daemon",
    "deps",
    "diff",
    "docs",
    "job",
    "mv",
    "partitions",
    "schedule",
    "sensor",
    "snapshot",
    "sources",
    "status",
    "ui",
)
"""Names that are taken: what they will do is not built yet."""

NOT_BUILT_OF_DBT: tuple[str, ...] = ("clone", "parse", "run-operation", "source")
"""Further commands of dbt, which nobody but its users would look for."""
