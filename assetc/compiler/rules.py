"""What the passes ask where native and dbt projects differ in meaning: one value for each difference."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Flavor = Literal["native", "dbt"]
"""How a project is configured: by a file of ours, or by `dbt_project.yml`."""

Inference = Literal["off", "on", "strict"]


class Rules(Struct, frozen=True):
    """The rules of one kind of project. The defaults are those of a native one."""

    # What is written in its files
    old_yaml: bool = False
    """Whether words and numbers in YAML are read as version 1.1 has them: `yes` is true, `010` is eight."""
    is_strict: bool = True
    """Whether what is unknown or written twice is an error; else a warning, or nothing."""
    lists_all_not_built: bool = True
    """Whether every key without effect is reported; else those alone that would make a run another one."""
    plus_is_optional: bool = True
    """Whether a mapping below a folder may configure it without a `+` before the key."""
    folders_name_packages: bool = False
    """Whether the first folder of a configuration by folders is a package."""
    needs_name: bool = False
    needs_profile: bool = False
    """Whether there is no target without a profile; else the embedded warehouse is one."""
    own_materializations: bool = False
    """Whether a project may have materializations of its own."""
    has_dialects: bool = True
    """Whether the key `dialect` of an asset is ours."""
    unknown_in_templates: Literal["error", "warning"] = "error"

    # What is called what
    has_names: bool = True
    """Whether the key `name` of an asset renames it."""
    folder_is_group: bool = True
    macros_locate: bool = False
    """Whether macros such as `generate_schema_name` decide where an asset lives."""
    sources_are_declared: bool = False
    """Whether `source()` of a table that no file declares is an error."""
    plain_names_are_ours: bool = True
    """Whether a name in SQL means the asset or source that has it, whatever the target; else what the warehouse means.

    Where it is not, an inferred edge orders a run and nothing else: it is no error and closes no cycle.
    """
    keys_are_names: bool = True
    """Whether a key in `deps` or `ins` may be any name that leads to one, as SQL writes it; else only a bare one of the
    same group, or below the same prefix."""
    leaves_out_checks: bool = False
    """Whether a check that cannot be executed is left out."""

    # What a command does
    selects_by_key: bool = True
    """Whether a plain name selects the asset of that key, and has to name something."""
    lists_selectors: bool = False
    """Whether `ls` writes what it lists as dbt does, and lists what dbt would."""
    loads_seeds: bool = True
    """Whether `run` loads the selected seeds that changed."""
    publish: Literal["after_checks", "before_checks"] = "after_checks"
    keeps_zeros: bool = True
    """Whether a column of a seed with numbers such as 007 holds texts; else integers."""
    guards_rows: bool = True
    """Whether rows that an incremental asset would double or change end its step; else they are written as they are."""
    has_ledger: bool = True
    """Whether a ledger is written unasked; else where `flags: {ledger: true}` asks for it."""
    shares_no_relation: bool = True
    """Whether two targets with the same relations are a mistake."""

    # Defaults of what can be configured
    threads: int = 4
    check_folder: str = "checks"
    inference: Inference = "strict"
    default_source: str | None = "main"
    default_materialization: str = "table"
    schemas: Literal["as-written", "prefixed"] = "as-written"


NATIVE = Rules()
DBT = Rules(
    old_yaml=True,
    is_strict=False,
    lists_all_not_built=False,
    plus_is_optional=False,
    folders_name_packages=True,
    needs_name=True,
    needs_profile=True,
    own_materializations=True,
    has_dialects=False,
    unknown_in_templates="warning",
    has_names=False,
    folder_is_group=False,
    macros_locate=True,
    sources_are_declared=True,
    plain_names_are_ours=False,
    leaves_out_checks=True,
    selects_by_key=False,
    lists_selectors=True,
    loads_seeds=False,
    publish="before_checks",
    keeps_zeros=False,
    guards_rows=False,
    has_ledger=False,
    shares_no_relation=False,
    threads=1,
    check_folder="tests",
    inference="on",
    default_source=None,
    default_materialization="view",
    schemas="prefixed",
)

DEFINITIONS = Rules(folder_is_group=False, keys_are_names=False)
"""Definitions in a program, which belong to no project."""

RULES: dict[Flavor, Rules] = {"native": NATIVE, "dbt": DBT}
