"""What `from assetc import *` gives, and what it costs."""

import ast
import subprocess
import sys
from pathlib import Path

import assetc

STUB = Path(assetc.__file__).with_suffix(".pyi")


def test_every_public_name_is_there_and_has_its_type():
    names = {}
    exec("from assetc import *", names)
    del names["__builtins__"]
    assert set(names) == set(assetc.__all__)
    tree = ast.parse(STUB.read_text())
    typed = {
        alias.asname: f"{node.module}:{alias.name}"
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert set(typed) == set(assetc.__all__)
    for name, value in names.items():
        module, _, attribute = typed[name].partition(":")
        assert getattr(sys.modules[module], attribute) is value
    listed = next(node for node in tree.body if isinstance(node, ast.Assign))
    assert ast.literal_eval(listed.value) == sorted(assetc.__all__)


def test_an_unknown_name_is_an_attribute_error():
    assert not hasattr(assetc, "assett")


def test_importing_every_name_imports_no_library():
    code = "import sys\nfrom assetc import *\nprint(sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    for library in ("sqlglot", "jinja2", "duckdb", "networkx", "pandas", "polars", "pyarrow", "asyncio"):
        assert f"'{library}'" not in loaded
