"""Importing model files in a child process, and as modules of this process."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from textwrap import dedent

import pytest

from assetc.compiler.python.complete_python import complete_python
from assetc.compiler.python.read_python import read_python
from assetc.compiler.python.reading import PythonAsset, PythonReading
from assetc.compiler.sql.judged import SqlReader
from assetc.project.python.import_python import import_assets
from assetc.project.python.model_module import definitions_of, forget_modules, load_module, project_imports


@pytest.fixture
def write(tmp_path: Path):
    def write_files(**files: str) -> Path:
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/").replace("_py", ".py").replace("_yml", ".yml")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("from assetc import *\n" + dedent(text) if path.suffix == ".py" else dedent(text))
        return tmp_path

    return write_files


def completed(root: Path, path: str) -> PythonReading:
    def read(name: str) -> str | None:
        file = root / name
        return file.read_text() if file.is_file() else None

    text = (root / path).read_text()
    assert read_python(path, text, read, SqlReader("duckdb", None)).needs_import
    (imported,) = import_assets(root, [path], timeout=20)
    return complete_python(path, text, read, SqlReader("duckdb", None), imported)


def reads(asset: PythonAsset) -> set[str]:
    return {".".join(each.reference.parts) for each in asset.references}


def test_a_factory_over_a_file_is_completed_by_import(write) -> None:
    root = write(
        models__c_py="""
            from pathlib import Path
            def make(name):
                @asset(name=f"n_{name}", deps=[f"raw_{name}"])
                def f(context):
                    context.execute(f"create or replace table out_{name} as select * from {name}")
                return f
            assets = [make(line) for line in Path("names_yml").with_name("names.yml").read_text().split()[:] if line]
            more = [make(line) for line in open("names.yml")  if line.strip() == "zz"]
        """,
        names_yml="a\nb\n",
    )
    reading = completed(root, "models/c.py")
    assert [(asset.name, reads(asset)) for asset in reading.assets] == [("n_a", {"a"}), ("n_b", {"b"})]
    assert [each.key for each in reading.assets[0].declared_deps] == ["raw_a"]
    assert "names.yml" in reading.files
    assert reading.problems == ()


def test_computed_dependencies_names_and_globals_are_completed(write, monkeypatch) -> None:
    monkeypatch.setenv("SHOP_TABLE", "orders")
    root = write(
        models__c_py="""
            import os
            TABLE = os.environ["SHOP_TABLE"]
            @asset(name=os.environ["SHOP_TABLE"] + "_copy", deps=os.environ["SHOP_TABLE"].split(","), group_name=TABLE)
            def f(context):
                context.execute(f"select * from {TABLE}")
        """
    )
    (asset,) = completed(root, "models/c.py").assets
    assert (asset.name, reads(asset), [each.key for each in asset.declared_deps]) == (
        "orders_copy",
        {"orders"},
        ["orders"],
    )
    assert {entry.key: entry.value for entry in asset.config}["group_name"] == "orders"
    assert not asset.unresolved


def test_an_asset_without_source_is_w207(write) -> None:
    root = write(models__c_py="exec('@asset(deps=[\"u\"])\\ndef x(context, o): ...')\n")
    reading = completed(root, "models/c.py")
    assert [(asset.name, [p.name for p in asset.parameters]) for asset in reading.assets] == [("x", ["context", "o"])]
    assert [problem.code for problem in reading.problems] == ["W207"]


def test_definitions_bound_anew_in_a_loop_are_all_found(write) -> None:
    root = write(models__c_py="for n in ('a', 'b'):\n    @asset(name=f's_{n}')\n    def f(context): ...\n")
    assert [str(each.key) for each in definitions_of(load_module(root, "models/c.py"))] == ["s_a", "s_b"]


def test_files_that_fail_hang_or_exit_harm_no_other(write) -> None:
    root = write(
        models__missing_py="import does_not_exist\n",
        models__deep_py="from lib.h import broken\nbroken()\n",
        lib__h_py="def broken():\n    raise ValueError('no')\n",
        models__hangs_py="import time\ntime.sleep(600)\n",
        models__dies_py="import os\nos._exit(3)\n",
        models__leaves_py="raise SystemExit(1)\n",
        models__noisy_py="import sys, os\nprint('{')\nos.write(1, b'x')\nassert sys.stdin.read() == ''\n"
        "@asset\ndef n(): ...\n",
    )
    names = ["missing", "hangs", "deep", "dies", "leaves", "noisy"]
    found = import_assets(root, [f"models/{name}.py" for name in names], timeout=1)
    messages = {file.path: file.problem and file.problem.message for file in found}
    assert "models/missing.py:2" in messages["models/missing.py"]
    assert "ModuleNotFoundError" in messages["models/missing.py"]
    assert "models/deep.py:3" in messages["models/deep.py"] and "lib/h.py:3" in messages["models/deep.py"]
    assert "longer than 1 second" in messages["models/hangs.py"]
    assert "exit code 3" in messages["models/dies.py"]
    assert "SystemExit" in messages["models/leaves.py"]
    assert messages["models/noisy.py"] is None
    assert [asset.key for asset in found[-1].assets] == ["n"]
    assert found[2].problem.span.line == 3
    assert found[2].files == ("lib/h.py", "models/deep.py")


def test_a_failed_import_keeps_what_the_text_tells(write) -> None:
    root = write(models__c_py="import os\nD = os.environ['NO_SUCH_VARIABLE']\n@asset(deps=D)\ndef f(orders): ...\n")
    reading = completed(root, "models/c.py")
    assert [asset.name for asset in reading.assets] == ["f"]
    assert [problem.code for problem in reading.problems] == ["E117"]


def test_relative_and_root_imports_work_and_leave_nothing_behind(write) -> None:
    root = write(
        models__a__c_py="""
            from .near import here
            from ..top import there
            from lib.h import far
            @asset
            def f():
                from .near import here as again
                return here, there, far, again is here
        """,
        models__a__near_py="here = 1\n",
        models__top_py="there = 2\n",
        lib__h_py="far = 3\n",
    )
    before = (set(sys.modules), list(sys.path))
    module = load_module(root, "models/a/c.py")
    assert module.__name__ == "models.a.c"
    assert not {"models", "models.a", "lib", "lib.h"} & set(sys.modules)
    assert sys.path == before[1]
    with project_imports(root):
        assert module.f() == (1, 2, 3, True)
    assert not {"models", "models.a.near"} & set(sys.modules)


def test_two_projects_have_modules_of_the_same_name(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name / "models").mkdir(parents=True)
        (tmp_path / name / "lib.py").write_text(f"NAME = {name!r}\n")
        (tmp_path / name / "models" / "c.py").write_text("from lib import NAME\n")
    assert [load_module(tmp_path / name, "models/c.py").NAME for name in ("one", "two", "one")] == ["one", "two", "one"]


def test_a_module_is_executed_once_until_its_file_changes(write) -> None:
    root = write(models__c_py="VALUE = []\n")
    first = load_module(root, "models/c.py")
    assert load_module(root, "models/c.py") is first
    forget_modules(root)
    assert load_module(root, "models/c.py") is not first


def test_threads_load_modules_at_once(write) -> None:
    root = write(
        models__c_py="import lib.h\nVALUE = lib.h.VALUE\n", lib__h_py="import time\ntime.sleep(0.05)\nVALUE = 1\n"
    )
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(load_module(root, "models/c.py"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(id, found))) == 1


def test_an_imported_asset_belongs_to_the_file_that_defines_it(write) -> None:
    root = write(
        models__a_py="@asset\ndef orders(): ...\n",
        models__b_py="from models.a import orders\n@asset(deps=[orders])\ndef daily(): ...\n",
    )
    assert [str(each.key) for each in definitions_of(load_module(root, "models/b.py"))] == ["daily"]
    found = import_assets(root, ["models/b.py"], timeout=20)
    assert [asset.key for asset in found[0].assets] == ["daily"]


def test_a_namespace_package_leaves_also_where_the_current_folder_has_one_of_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path, text in {
        "one/parts_of/h.py": "X = 1",
        "one/models/c.py": "from parts_of.h import X",
        "two/parts_of/g.py": "",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text(text)
    monkeypatch.syspath_prepend(tmp_path / "two")
    assert load_module(tmp_path / "one", "models/c.py").X == 1
    assert not {"parts_of", "parts_of.h", "models"} & set(sys.modules)
