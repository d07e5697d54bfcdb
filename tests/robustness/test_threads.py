"""What threads do at the same moment: import, enter a project's modules, decode facts for the first time."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

from assetc.project.python.model_module import load_module, project_imports


def test_the_list_that_another_thread_walks_along_stays_as_it_is(tmp_path: Path) -> None:
    before = sys.path
    folders = list(before)
    with project_imports(tmp_path):
        during = sys.path
        assert during == [str(tmp_path), *folders] and before == folders
    assert sys.path == folders
    assert during == [str(tmp_path), *folders]


def test_modules_that_come_in_meanwhile_disturb_nobody(tmp_path: Path) -> None:
    stop, names = threading.Event(), [f"unrelated_{number}" for number in range(2000)]

    def import_more() -> None:
        while not stop.is_set():
            for name in names:
                sys.modules[name] = sys
            for name in names:
                del sys.modules[name]

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    other = threading.Thread(target=import_more)
    other.start()
    try:
        for number in range(50):
            folder = tmp_path / f"project{number}"
            (folder / "models").mkdir(parents=True)
            (folder / "models" / "a.py").write_text("x = 1\n")
            load_module(folder, "models/a.py")
    finally:
        stop.set()
        other.join()
        sys.setswitchinterval(before)


def test_facts_are_decoded_by_several_threads_at_once() -> None:
    script = Path(__file__).with_name("decode_at_once.py")
    for _ in range(5):
        done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr or done.returncode
