"""Python text becomes a module, whole or cell by cell."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator

import pytest

from autograder.sandbox.guest.submission import Loaded, load

NAME = "a_module_of_a_student"


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    yield
    sys.modules.pop(NAME, None)


def load_file(text: str) -> Loaded:
    return load(NAME, "transfer.py", [text], tolerant=False)


def load_cells(*cells: str) -> Loaded:
    return load(NAME, "transfer.ipynb", cells, tolerant=True)


def test_the_module_is_registered_before_its_code_runs():
    loaded = load_file(f"import {NAME}\nme = {NAME}\nx = 1\n")
    assert loaded.module.me is loaded.module is sys.modules[NAME]
    assert loaded.module.__name__ == NAME


def test_the_guard_of_a_program_does_not_run():
    assert load_file("if __name__ == '__main__': raise SystemExit\n").report["ok"]


def test_functions_are_the_public_names_that_can_be_called():
    text = "import os\nfrom math import sin\nclass C: pass\nf = lambda: 1\n_g = f\nx = 1\n"
    assert load_file(text).report["functions"] == ["sin", "C", "f"]


def test_the_source_can_be_looked_at():
    text = "def f():\n    return 'a line'\n"
    assert inspect.getsource(load_file(text).module.f) == text


def test_dataclasses_and_annotations_find_their_module():
    text = (
        "from __future__ import annotations\nfrom dataclasses import dataclass\n"
        "@dataclass\nclass P:\n    x: int = 1\ndef f(): return P().x\n"
    )
    assert load_file(text).module.f() == 1


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", None),
        ("x = 1\n\nraise ValueError('no')\n", 3),
        ("def f():\n    g()\ndef g():\n    raise ValueError\nf()\n", 4),
        ("x = 1\n  y = 2\n", 2),
        ("x = '\0'", None),
        ("raise SystemExit(3)", 1),
        ("raise KeyboardInterrupt", 1),
        ("raise BaseExceptionGroup('g', [KeyboardInterrupt()])", 1),
        ("import no_such_module_anywhere", 1),
    ],
)
def test_a_file_that_raises_has_the_students_own_line(text, line):
    report = load_file(text).report
    assert report["ok"] == (text == "")
    assert report["line"] == line
    if not report["ok"]:
        assert report["problem"].startswith("transfer.py" if line is None else f"transfer.py, line {line}: ")


def test_what_stands_before_the_line_that_raises_has_run():
    assert load_file("x = 1\nraise ValueError").module.x == 1


def test_a_cell_that_raises_is_left_out_and_noted():
    loaded = load_cells("x = 1", "y = x + z", "w = x", "exit(", "import sys; sys.exit()", "v = 5")
    assert (loaded.module.w, loaded.module.v) == (1, 5)
    assert loaded.report["ok"]
    assert [note.partition(":")[0] for note in loaded.report["notes"]] == [
        "transfer.ipynb, code cell 2, line 1",
        "transfer.ipynb, code cell 4, line 1",
        "transfer.ipynb, code cell 5, line 1",
    ]


def test_cells_share_no_future_with_the_loader():
    loaded = load_cells("def f(x: int): pass")
    assert loaded.module.f.__annotations__ == {"x": int}
