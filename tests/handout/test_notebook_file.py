"""The last cell looks at the notebook's saved file as the grader does."""

from __future__ import annotations

import importlib
import json
import shutil
import sys
import types
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder import language
from autograder.submissions.notebooks import magics

SOURCE = Path(__file__).parents[2] / "autograder" / "handout" / "static" / "notebook_file.py"
KIT = {"module": "sums", "tasks": ["add"], "imports": ["numpy"], "given": ["lesson"], "due": "2026-11-30"}
ENV: dict[str, Any] = {"add": len}
ADD = "def add(left, right):\n    return left + right"


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module in a handout, without the files that it does not need."""
    folder = tmp_path / "support"
    folder.mkdir()
    for source in (SOURCE, Path(language.__file__)):
        shutil.copy(source, folder)
    for name in [name for name in sys.modules if name.partition(".")[0] == "support"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield importlib.import_module("support.notebook_file")
    for name in ("support.notebook_file", "support.language", "support"):
        del sys.modules[name]


def write(path: Path, *cells: str) -> dict[str, Any]:
    """Write a notebook; a cell that begins with a comment is not graded."""
    made = [
        nbformat.v4.new_code_cell(cell, metadata={"tags": ["explore"] if cell.startswith("#") else []})
        for cell in cells
    ]
    notebook = nbformat.v4.new_notebook(cells=made)
    nbformat.write(notebook, path)
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize(
    ("cells", "problems"),
    [
        ([f"import numpy as np\nimport json\nfrom lesson import load\n{ADD}"], []),
        ([f"%matplotlib inline\n!pip install numpy\n{ADD}"], []),
        (
            [
                "%%html\n<b>Sums</b>",
                "files = !ls",
                "!pip install \\\n  numpy",
                "%%bash\nls | head",
                "add?",
                ADD,
            ],
            [],
        ),
        ([f"{ADD}\nprint(\n    '%d'\n    % add(1, 2)\n)"], []),
        ([f"%%time\n{ADD}"], []),
        ([f">>> {ADD}"], []),
        (["%%writefile helper.py\nx = 1", "from helper import x", ADD], []),
        (["%%writefile\r\nx = 1", ADD], []),
        (["%%writefile sums.py\nx = 1", f"\n%%writefile -a 'sums.py'\n{ADD}", "import sums"], []),
        (["# shown\nimport torch", ADD], []),
        (["import torch.nn\n" + ADD], ["The grader does not have `torch`, which a graded cell imports."]),
        (
            ["from torch import nn\n" + ADD],
            ["The grader does not have `torch`, which a graded cell imports."],
        ),
        (["add = lambda left, right: left + right"], []),
        (
            ["x = 1"],
            ["The saved file does not define `add`: save the notebook and run this cell again."],
        ),
        (
            [ADD, "while True:\n    pass"],
            ["Code cell 2, line 1: this loop never ends, so the grader leaves it out."],
        ),
        ([ADD, "# shown\nwhile True:\n    pass"], []),
        (
            [f"{ADD}\n\n\ndef wait():\n    while True:\n        pass", "while True:\n    x = 1\n    break"],
            [],
        ),
        (
            [ADD, "x ="],
            ["Code cell 2 is not Python, line 1: invalid syntax: x ="],
        ),
        # The grader counts cells that are not graded, too.
        (
            ["# shown", ADD, "x ="],
            ["Code cell 3 is not Python, line 1: invalid syntax: x ="],
        ),
        ([ADD, "\n%%time\n\nx ="], ["Code cell 2 is not Python, line 4: invalid syntax: x ="]),
    ],
)
def test_what_the_grader_refuses_is_named(
    module: Any, tmp_path: Path, cells: list[str], problems: list[str]
) -> None:
    write(tmp_path / "sums.ipynb", *cells)
    found = module.saved_notebook(ENV, KIT)
    assert list(found.problems) == problems
    (remark,) = found.remarks
    assert remark.startswith("Save this notebook, then hand in sums.ipynb, by 2026-11-30.")


@pytest.mark.parametrize(
    ("seconds", "error", "said"),
    [
        (1.0, None, []),
        (
            16.0,
            None,
            [
                "Code cell 2 took 16 s. The grader leaves out a statement that does not end within 15 s.",
            ],
        ),
        (
            2.0,
            KeyboardInterrupt(),
            [
                "Code cell 2 was interrupted. The grader leaves out a statement that does not end within "
                "15 s.",
            ],
        ),
    ],
)
def test_a_cell_that_takes_too_long_is_named(
    module: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    seconds: float,
    error: BaseException | None,
    said: list[str],
) -> None:
    write(tmp_path / "sums.ipynb", ADD, "train()")
    ran = types.SimpleNamespace(info=types.SimpleNamespace(raw_cell="train()\n"), error_in_exec=error)
    clock = iter([100.0, 100.0 + seconds])
    monkeypatch.setattr(module, "time", types.SimpleNamespace(monotonic=lambda: next(clock)))
    module.TIMES.start(ran.info)
    module.TIMES.stop(ran)
    assert list(module.saved_notebook(ENV, KIT).problems) == said


def test_the_running_notebook_is_looked_at(
    module: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Jupyter and VS Code name its file."""
    for name in ("sums.ipynb", "mine.ipynb", "theirs.ipynb"):
        write(tmp_path / name, ADD)
    assert "hand in sums.ipynb" in module.saved_notebook(ENV, KIT).remarks[0]
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "mine.ipynb"))
    assert "hand in mine.ipynb" in module.saved_notebook(ENV, KIT).remarks[0]
    env = ENV | {"__vsc_ipynb_file__": str(tmp_path / "theirs.ipynb")}
    assert "hand in theirs.ipynb" in module.saved_notebook(env, KIT).remarks[0]


def test_the_cell_magics_are_those_that_the_grader_runs(module: Any) -> None:
    """The handout has a copy, because it works without the engine."""
    assert (module.RUNS, module.WRITES) == (magics.RUNS_BODY, magics.WRITES_BODY)


def test_without_a_file_it_says_to_save(module: Any) -> None:
    assert module.saved_notebook(ENV, KIT).remarks[0].startswith("Save this notebook and hand in its file")


def test_colab_downloads_the_notebook_as_it_is_there(
    module: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not the empty one from the kit's zip."""
    live = write(tmp_path / "live.ipynb", "import torch\n" + ADD)
    write(tmp_path / "sums.ipynb", "x = 1")
    downloaded: list[str] = []
    colab = {"": {}, "._message": {"blocking_request": lambda *_, **__: {"ipynb": live}}}
    colab[".files"] = {"download": downloaded.append}
    for name, values in colab.items():
        fake = types.ModuleType(f"google.colab{name}")
        vars(fake).update(values)
        monkeypatch.setitem(sys.modules, fake.__name__, fake)
    found = module.saved_notebook(ENV, KIT)
    assert downloaded == [str(tmp_path / "sums.ipynb")]
    assert json.loads((tmp_path / "sums.ipynb").read_text(encoding="utf-8")) == live
    assert list(found.problems) == ["The grader does not have `torch`, which a graded cell imports."]
    assert found.remarks[0].startswith("sums.ipynb is downloaded: hand it in, by 2026-11-30.")


def test_colab_without_its_download_says_how(module: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    assert "File, Download, .ipynb" in module.saved_notebook(ENV, KIT).remarks[0]


def test_an_answer_that_the_grader_cannot_take_is_told(module: Any) -> None:
    """With the course's wheel; the functions work as before."""
    refused: dict[str, str] = {}
    env = module.record_answers({"add": lambda a, b: object(), "mean": sum, "x": 1}, ["add", "mean"], refused)
    assert env["mean"]([1, 2]) == 3
    assert env["x"] == 1
    env["add"](1, 2)
    assert list(refused) == ["add"]
    assert refused["add"].startswith(
        "The grader cannot take what `add` returns: it has a value of the type obj"
    )


@pytest.mark.parametrize("content", [b"\xff", b"{}", b"[]"])
def test_a_saved_file_that_cannot_be_read_is_told(module: Any, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "sums.ipynb").write_bytes(content)
    (problem, *_) = module.saved_notebook(ENV, KIT).problems
    assert problem == "The saved file sums.ipynb is no notebook that can be read: save it again."
