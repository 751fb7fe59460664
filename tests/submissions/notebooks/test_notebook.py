"""Reads notebooks of every format that Jupyter opened, and says what is wrong with the others."""

from __future__ import annotations

import json

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.submissions.folders import Unreadable
from autograder.submissions.notebooks.notebook import MAX_VALUES, read_cells, without_outputs


def code(source: object, *tags: str) -> dict[str, object]:
    return {"cell_type": "code", "metadata": {"tags": list(tags)}, "source": source, "outputs": []}


def read(*cells: object) -> tuple[str, ...]:
    return read_cells(json.dumps({"nbformat": 4, "cells": cells}).encode(), "toy.ipynb")


def test_code_cells_come_in_order():
    text = {"cell_type": "markdown", "metadata": {}, "source": "# x = 0"}
    raw = {"cell_type": "raw", "metadata": {}, "source": "x = 0"}
    assert read(text, code("x = 1"), raw, code("x = 2")) == ("x = 1", "x = 2")


def test_a_source_may_be_a_list_of_lines():
    assert read(code(["x = 1\n", "y = 2"])) == ("x = 1\ny = 2",)


def test_cells_tagged_explore_are_empty_where_nothing_is_needed():
    assert read(code("x = 1"), code("boom(", "explore"), code("y = 2", "other")) == ("x = 1", "", "y = 2")


def test_cells_without_metadata_or_source_are_read():
    assert read({"cell_type": "code"}, code("x = 1")) == ("", "x = 1")
    assert read({"cell_type": "code", "source": "x", "metadata": None}) == ("x",)


@pytest.mark.parametrize("version", [3, 4])
def test_what_nbformat_writes_is_read_as_nbformat_reads_it(version):
    fresh = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("x = 'é'\ny = 2"), nbformat.v4.new_markdown_cell("text")]
    )
    text = nbformat.writes(nbformat.convert(fresh, version), version)
    assert read_cells(text.encode(), "toy.ipynb") == ("x = 'é'\ny = 2",)


def test_a_byte_order_mark_and_utf16_are_read():
    text = json.dumps({"cells": [code("x = 1")]})
    assert read_cells(text.encode("utf-8-sig"), "toy.ipynb") == ("x = 1",)
    assert read_cells(text.encode("utf-16"), "toy.ipynb") == ("x = 1",)


def test_half_a_surrogate_pair_becomes_a_question_mark():
    (cell,) = read_cells(b'{"cells": [{"cell_type": "code", "source": "x = \'\\ud800\'"}]}', "toy.ipynb")
    assert cell == "x = '?'"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is no notebook that can be read"),
        (b'{"cells": [', "is no notebook that can be read"),
        (b"\xff\xfe\xff", ":1 is not UTF-16-LE text: save it as UTF-8"),
        (b'{"cells": "J\xf6rg"}', ":1 is not UTF-8 text: save it as UTF-8"),
        (b"def add(left, right):\n    return 5\n", "is Python, not a notebook: its name must end in .py"),
        (b'{"cells": ' + b"[" * 200_000, "nested too deep"),
        (b'{"cells": [' + b"9" * 10_000 + b"]}", "is no notebook that can be read"),
        (b"[]", "is no notebook: expected JSON with cells"),
        (b'{"metadata": {}}', "is no notebook: expected JSON with cells"),
        (b'{"cells": 3}', "is a broken notebook"),
        (b'{"cells": ["x"]}', "is a broken notebook"),
        (b'{"worksheets": 3}', "is a broken notebook"),
        (b'{"worksheets": [3]}', "is a broken notebook"),
        (b'{"cells": [{"cell_type": "code", "source": 3}]}', "source is no text"),
        (b'{"cells": [{"cell_type": "code", "source": [3]}]}', "source is no text"),
        (b'{"cells": []}', "holds no code"),
        (b'{"cells": [{"cell_type": "code", "source": " "}]}', "holds no code"),
        (b'{"cells": [{"cell_type": "markdown", "source": "x"}]}', "holds no code"),
    ],
)
def test_broken_notebooks_say_what_is_wrong(content, problem):
    with pytest.raises(Unreadable, match=problem) as raised:
        read_cells(content, "toy.ipynb")
    assert str(raised.value).startswith(("toy.ipynb ", "toy.ipynb:"))
    assert len(str(raised.value)) < 300


def test_a_notebook_of_countless_tiny_values_is_not_parsed(monkeypatch):
    """Whoever reads a hand-in needs no memory beyond its size."""
    many = b'{"cells": [{"outputs": [%s1]}]}' % (b"{}," * (MAX_VALUES // 2))
    monkeypatch.setattr(json, "loads", pytest.fail)
    assert without_outputs(many) is many


@pytest.mark.parametrize(
    "extra",
    [
        {"cell_type": "markdown", "source": "![plot](data:image/png;base64," + "A" * 200_000 + ")"},
        {"cell_type": "code", "source": "x = 1", "outputs": [{"data": {"image/png": "A" * 200_000}}]},
        {"cell_type": "raw", "source": "", "attachments": {"a.png": "A" * 200_000}},
    ],
)
def test_pictures_do_not_make_a_notebook_large(extra):
    cells = [{"cell_type": "code", "source": "y = 2"}, extra]
    lean = without_outputs(json.dumps({"cells": cells, "metadata": {"widgets": "A" * 200_000}}).encode())
    assert len(lean) < 1_000
    assert read_cells(lean, "toy.ipynb")[0] == "y = 2"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["cells", "worksheets", "cell_type", "source", "metadata", "tags"]), inner
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_any_json_is_cells_or_unreadable(data):
    try:
        cells = read_cells(json.dumps(data).encode(), "toy.ipynb")
    except Unreadable:
        return
    assert all(isinstance(cell, str) for cell in cells)
