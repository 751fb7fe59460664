"""Takes out what only IPython understands, and nothing else."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from IPython.core.inputtransformer2 import TransformerManager

from autograder.submissions.folders import Unreadable
from autograder.submissions.notebooks.magics import Magics


def plain(cell: str) -> str:
    return Magics("toy.ipynb", "toy").removed(cell)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("%matplotlib inline\nx = 1\n", "pass\nx = 1\n"),
        ("!pip install keras\nx = 1", "pass\nx = 1\n"),
        ("!!ls\n", "pass\n"),
        ("x = 1\n%load_ext autoreload\n%autoreload 2\ny = 2\n", "x = 1\npass\npass\ny = 2\n"),
        ("if x:\n    !ls\n    %pwd\n    y = 1\n", "if x:\n    pass\n    pass\n    y = 1\n"),
        ("!pip install \\\n  keras \\\n  numpy\nx = 1\n", "pass\n\n\nx = 1\n"),
        ("table = %sql select 1\nx = 1\n", "pass\nx = 1\n"),
        ("files = !ls\nx = 1\n", "pass\nx = 1\n"),
        ("%time x = f(1)\ny = 2\n", "x = f(1)\ny = 2\n"),
        ("for i in x:\n    %time f(i)\n", "for i in x:\n    f(i)\n"),
        ("%timeit f(1)\n", "pass\n"),
        ("%%time\nx = 1\n", "\nx = 1\n"),
        ("\n%%capture out\n%%time\nx = 1\n!ls\n", "\n\n\nx = 1\npass\n"),
        ("%%bash\nrm -rf x\n", ""),
        ("%%writefile toy.py\nx = 1\n!ls\n", "\nx = 1\npass\n"),
        ("%%timeit\nx = 1\n", ""),
        ("%%time\n%%bash\nls\n", ""),
        ("%%time\n", ""),
        ("x?\n?x\nx??\n", "pass\npass\npass\n"),
        ("model.fit?", "pass\n"),
        ("    x = 1\n    y = 2\n", "x = 1\ny = 2\n"),
        (">>> x = 1\n... y = 2\n", "x = 1\ny = 2\n"),
        ("In [1]: x = 1\n", "x = 1\n"),
        ("/print 1 2\n", "print(1, 2)\n"),
        ('!echo it\'s\nx = """\n%no\n"""\n%pwd\n', 'pass\nx = """\n%no\n"""\npass\n'),
        ("!echo (\nx = 1\n%pwd\n", "pass\nx = 1\npass\n"),
        ("%time !ls\n", "pass\n"),
        ("%matplotlib inline\r\nx = 1\r\n", "pass\nx = 1\n"),
        ("pip install -q keras", "pass\n"),
        ("\ncd ..\n", "\npass\n"),
        ("ls\n", "pass\n"),
    ],
)
def test_cells_with_magics(cell, expected):
    assert plain(cell) == expected


@pytest.mark.parametrize(
    "cell",
    [
        "x = 1",
        "x = 7 %3\ny = 1",
        "x = (7\n  % 3)\n",
        "x = (7 %\n  y)\n",
        's = """\n%matplotlib\n!ls\n%%time\n"""\n',
        "s = 'really?'\n",
        "# !pip install keras\n# %magic\n",
        "x = [1\n    , 2\n    , 3]\n",
        "f = lambda x: x != 3\n",
        "def broken(:\n    x\n",
        "if x:\n        y\n    z\n%pwd\n",
        "ls = [1]",
        "run += 1",
        "run     = 1",
        "cat, x = 1, 2",
        "cp: int = 1",
        "mkdir('x')",
        "lsof x",
        "pip install keras\nx = 1",
        "",
    ],
)
def test_cells_without_magics_stay_as_they_are(cell):
    assert plain(cell) == cell


@pytest.mark.parametrize(
    ("magics", "written"),
    [
        (["%%writefile helper.py"], "x = 'é'\n"),
        (["\n%%file 'helper.py'"], "x = 'é'\n"),
        (["%%writefile helper.py", "%%writefile -a helper.py"], "x = 'é'\nx = 'é'\n"),
    ],
)
def test_a_cell_is_written_to_a_file(magics, written, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for magic in magics:
        exec(plain(f"{magic}\nx = 'é'\n"), {})
    assert (tmp_path / "helper.py").read_text(encoding="utf-8") == written


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("%run helper.py\nx = 1\n", "exec(open('helper.py', encoding='utf-8').read())\nx = 1\n"),
        ("%run -i 'helper.py'", "exec(open('helper.py', encoding='utf-8').read())\n"),
        ("%run other.py\n", "pass\n"),
    ],
)
def test_a_file_that_a_cell_wrote_is_run(line, expected):
    magics = Magics("toy.ipynb", "toy")
    magics.removed("%%writefile helper.py\ny = 2\n")
    assert magics.removed(line) == expected


LINES = st.sampled_from(
    [
        "x = 1",
        "!ls",
        "%pwd",
        "y = 7 % 3",
        "z = %who",
        "w = !ls",
        "def f(a):\n    !ls\n    return a",
        "f?",
        "",
        "# %no",
    ]
)


@given(st.lists(LINES, min_size=1, max_size=8))
def test_python_stays_in_its_line_and_magics_become_python(lines):
    """As IPython finds them: what it would turn into calls of its own is `pass`, all else is untouched."""
    cell = "".join(line + "\n" for line in lines)
    ours = plain(cell).splitlines()
    ipythons = TransformerManager().transform_cell(cell).splitlines()
    blank = len(cell) - len(cell.lstrip("\n")) if cell.strip() else 0
    assert ours == [""] * blank + [
        line[: len(line) - len(line.lstrip())] + "pass" if "get_ipython()" in line else line
        for line in ipythons
    ]


@example(",\x85\nx")
@given(st.text(st.sampled_from("x=%!?/,;'\"\\\n\r \t()[:#>1") | st.characters(codec="utf-8"), max_size=40))
def test_any_text_is_a_cell(text):
    result = plain(text)
    assert result == "" or result.count("\n") >= text.rstrip("\n").count("\n") - text.count("\r")


def test_the_work_is_bounded(monkeypatch):
    monkeypatch.setattr("autograder.submissions.notebooks.magics._WORK_LIMIT", 10_000)
    assert plain("!echo '\n" * 30) == "pass\n" * 30
    with pytest.raises(Unreadable, match=r"toy\.ipynb holds too many magics"):
        plain("!echo '\n" * 80)


def test_a_real_number_of_magics_is_allowed():
    assert plain("!ls\nx = 1\n" * 500) == "pass\nx = 1\n" * 500
    assert plain("!echo '('\nx = 1\n" * 50) == "pass\nx = 1\n" * 50


def test_ipython_is_imported_only_for_cells_with_magics():
    script = (
        "import sys\n"
        "from autograder.submissions.file_selection import select\n"
        "from autograder.submissions.notebooks.magics import Magics\n"
        "Magics('').removed('x = 1')\n"
        "assert 'IPython' not in sys.modules\n"
        "assert 'yaml' not in sys.modules\n"
        "Magics('').removed('!ls')\n"
        "assert 'IPython' in sys.modules\n"
        "assert 'nbformat' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", script], check=True)
