"""Keeps of `explore` cells what graded code needs, and nothing that trains."""

from __future__ import annotations

import pytest

from autograder.submissions.notebooks.explore_cells import keep_needed

TASKS = ("build", "freeze")


def kept(explore: str, graded: str) -> str:
    """What stays of an explore cell before a graded one, without its blank lines and dropped statements."""
    cell, rest = keep_needed([explore, graded], {0}, TASKS)
    assert rest == graded
    assert not cell or cell.count("\n") == explore.count("\n")
    return "\n".join(line.rstrip() for line in cell.splitlines() if line.strip(" 0;"))


@pytest.mark.parametrize(
    ("explore", "graded"),
    [
        ("import numpy as np", "def build(): return np.zeros(3)"),
        ("from keras import layers, models", "def build(): return layers.Dense(3)"),
        ("from keras.layers import *", "def build(): return Dense(3)"),
        ("import keras.layers", "x = keras.layers"),
        ("def helper(x): return x", "def freeze(m): return helper(m)"),
        ("class Layer:\n    size = 3", "def build(): return Layer()"),
        ("N = 4", "def build(n=N): return n"),
        ("A, (B, C) = 1, (2, 3)", "def build(): return C"),
        ("N: int = 4", "x = N"),
        ("def build(): return 1", ""),
        ("build = lambda: 1", ""),
        ("import numpy as np\nSTATE = np.random.default_rng(3)", "x = STATE"),
        ("try:\n    import fast\nexcept ImportError:\n    fast = None", "x = fast"),
        ("if True:\n    N = 3\nelse:\n    N = 4", "x = N"),
        ("async def helper(): return 1", "x = await helper()"),
        ("helper = freeze", "x = helper"),
        ("def helper():\n    global N\n    N = N + 1\nN = 0", "x = helper"),
    ],
)
def test_what_graded_code_needs_stays(explore, graded):
    assert kept(explore, graded) == explore


@pytest.mark.parametrize(
    ("explore", "graded"),
    [
        ("import drawing", "x = 1"),
        ("def helper(x): return x", "x = 1"),
        ("model = build()", "x = model"),
        ("history = model.fit(x, y)", "x = history"),
        ("result = lesson.train(model)", "x = result"),
        ("model = freeze(build())", "x = model"),
        ("print(x)", "x = 1"),
        ("for i in range(3):\n    N = i", "x = N"),
        ("while True:\n    N = 1", "x = N"),
        ("if x:\n    model.fit(x)\n    N = 1", "x = N"),
        ("N = (", "x = N"),
        ("donor = 3", "def freeze(donor): return donor"),
        ("donor = 3", "def freeze(m):\n    donor = m\n    return donor"),
        ("donor = 3", "x = lambda donor: donor"),
        ("x.y = 3", "x = 1"),
    ],
)
def test_what_is_not_needed_or_could_train_goes(explore, graded):
    assert kept(explore, graded) == ""


def test_what_is_needed_brings_what_it_needs():
    explore = (
        "import numpy as np\nimport drawing\nSIZE = 3\nprint(SIZE)\n"
        "def helper():\n    return np.zeros(SIZE)\nmodel = build(); drawing.draw(model)"
    )
    expected = "import numpy as np\nSIZE = 3\ndef helper():\n    return np.zeros(SIZE)"
    assert kept(explore, "def build(): return helper()") == expected


@pytest.mark.parametrize(
    "helper",
    [
        "def make(): return build()",
        "def make(): return other()\ndef other(): return [build for _ in range(3)]",
        "def make(model): return model.fit(1)",
        "class make:\n    def __init__(self):\n        build()",
        "make = build",
        "make = [build, freeze][0]",
    ],
)
def test_training_is_found_behind_other_names(helper):
    assert "made" not in kept(f"{helper}\nmade = make()", "x = made")


def test_cells_keep_their_number_and_lines():
    cells = ["import a", "x = 1\n\nimport b; print(b)", "y = b.z", "boom("]
    assert keep_needed(cells, {0, 1, 3}, TASKS) == ("", "0    \n\nimport b; 0       ", "y = b.z", "")
