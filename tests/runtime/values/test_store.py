"""Stored objects: whole or not at all, below the store, with the classes of the project's own files."""

import pickle
import subprocess
import sys

import pytest

from assetc.definitions.errors import ValueNotFoundError
from assetc.definitions.key import AssetKey
from assetc.project.python.model_module import load_module
from assetc.runtime.values.pickled import forget_object, load_object, path_of, save_object, write_value

KEY = AssetKey("shop/nums")


def test_a_value_is_kept_by_its_key(tmp_path):
    path = save_object(tmp_path, KEY, [1, 2])
    assert path == tmp_path / ".assetc" / "storage" / "shop" / "nums"
    assert load_object(tmp_path, KEY) == [1, 2]
    save_object(tmp_path, KEY, None)
    assert load_object(tmp_path, KEY) is None
    forget_object(tmp_path, KEY)
    forget_object(tmp_path, KEY)
    with pytest.raises(ValueNotFoundError, match="shop/nums has no stored value"):
        load_object(tmp_path, KEY)


def test_a_value_that_cannot_be_stored_leaves_the_old_one(tmp_path):
    path = save_object(tmp_path, KEY, "old")
    with pytest.raises((AttributeError, pickle.PicklingError)):
        save_object(tmp_path, KEY, lambda: 1)
    assert load_object(tmp_path, KEY) == "old" and [file.name for file in path.parent.iterdir()] == ["nums"]


@pytest.mark.parametrize("part", ["..", ".", ".hidden", "a\\b", "a%2Fb", "x\0y"])
def test_no_segment_of_a_key_leads_out_of_the_store(tmp_path, part):
    path = path_of(tmp_path, AssetKey([part, part]))
    assert path.resolve().is_relative_to(tmp_path) and len(path.relative_to(tmp_path).parts) == 2
    write_value(tmp_path, AssetKey([part, part]), 1)


def test_two_keys_have_two_files(tmp_path):
    keys = [AssetKey(["a/b"]), AssetKey(["a%2Fb"]), AssetKey(["a", "b"]), AssetKey([".a"]), AssetKey(["%2Ea"])]
    assert len({path_of(tmp_path, key) for key in keys}) == len(keys)


def test_a_value_may_be_of_a_class_of_the_projects_own_files(tmp_path):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "shapes.py").write_text("class Point:\n    x = 5\n")
    module = load_module(tmp_path, "models/shapes.py")
    save_object(tmp_path, KEY, module.Point())
    code = (
        "import sys; from pathlib import Path; from assetc.definitions.key import AssetKey\n"
        "from assetc.runtime.values.pickled import load_object\n"
        "print(load_object(Path(sys.argv[1]), AssetKey('shop/nums')).x, 'models' in sys.modules)"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, tmp_path], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert (told.stdout, told.stderr) == ("5 False\n", "")
