"""`grades.csv`: complete, sorted, safe, and the same bytes for the same grades."""

from __future__ import annotations

import csv
import io
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.grading.grades_csv import FORMULA_STARTS, Row, cell, format_csv, make_row, number

TASKS = ("add", "mean")
NAMES = st.text(st.characters(exclude_characters="\0"), min_size=1, max_size=20)


def row(student: str, message: str = "", number_: str = "") -> Row:
    return Row(student, "graded", 3.5, 10, {"add": 3.5, "mean": 0}, message, "ab12", number_)


def parsed(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_columns_are_those_of_the_design():
    header = format_csv([], TASKS, with_ids=False).splitlines()[0]
    assert header == "student,score,max_score,status,add,mean,message,submission_sha256"


def test_a_roster_adds_the_ids_after_the_names():
    text = format_csv([row("ada", number_="0042")], TASKS, with_ids=True)
    assert text.splitlines()[0].startswith("student,id,score")
    assert parsed(text)[0]["id"] == "0042"


def test_rows_are_sorted_whatever_order_they_come_in():
    rows = [row(name) for name in ("zoe", "Ada", "ada", "émile", "bob")]
    texts = {format_csv(random.sample(rows, len(rows)), TASKS, with_ids=False) for _ in range(20)}
    assert len(texts) == 1
    assert [line["student"] for line in parsed(texts.pop())] == ["Ada", "ada", "bob", "zoe", "émile"]


@given(st.lists(NAMES, unique=True, max_size=5), st.text(max_size=40))
def test_any_name_comes_back_as_it_was_but_for_the_apostrophe(names, message):
    rows = parsed(format_csv([row(name, message) for name in names], TASKS, with_ids=False))
    assert [line["student"] for line in rows] == [cell(name) for name in sorted(names)]
    assert all(line["submission_sha256"] == "ab12" for line in rows)


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_no_cell_begins_like_a_formula(start):
    text = format_csv([row(f"{start}cmd()", f"{start}cmd()", f"{start}1")], TASKS, with_ids=True)
    line = parsed(text)[0]
    assert line["student"] == f"'{start}cmd()"
    assert all(not value.startswith(FORMULA_STARTS) for value in line.values())


@pytest.mark.parametrize(
    "before", ["", " ", "\t", "\u200b", "\ufeff", "\u200d", "\u2060", "\u3164", "\xa0", "\u200c \u200b"]
)
@pytest.mark.parametrize("start", [*FORMULA_STARTS, "⁼", "₊"])
def test_nothing_invisible_hides_a_formula(before, start):
    assert f"'{start}1+1" in cell(f"{before}{start}1+1")


def test_no_cell_begins_like_a_formula_where_semicolons_part_cells():
    text = format_csv([row("ada;=1+1", "so; =HYPERLINK()")], TASKS, with_ids=False)
    cells = [cell.strip() for cell in text.replace(",", ";").split(";")]
    assert "'=1+1" in cells
    assert not [cell for cell in cells if cell.startswith(FORMULA_STARTS)]


@pytest.mark.parametrize("char", ["\x1b", "\t", "\r", "\n", "\x7f", "\u202e", "\u2028", "\ud800"])
def test_a_name_cannot_command_a_terminal(char):
    assert cell(f"ada{char}[31m") == "ada\ufffd[31m"


def test_names_keep_how_they_are_written():
    for name in ("Zoë", "O'Brien, Róisín", "علی‌رضا", "Anne-Marie", "李四"):
        assert cell(name) == name


def test_points_are_written_as_people_write_them():
    assert [number(value) for value in (0, 3.0, 2.5, 100 / 3, 100, None)] == [
        *("0", "3", "2.5", "33.333333", "100"),
        "",
    ]


def test_a_message_is_one_line():
    assert (
        parsed(format_csv([row("ada", "one\ntwo\t three")], TASKS, with_ids=False))[0]["message"]
        == "one two three"
    )


def test_a_row_carries_the_tasks_and_what_staff_should_know(report):
    made = make_row("ada", report(text="test_adds_two_numbers", message="From sums.py."), remarks=["Look."])
    assert (made.score, made.max_score, made.status) == (8, 10, "graded")
    assert made.tasks == {"add": 3, "mean": 4, "scale": 1}
    assert made.message == "From sums.py. Look."
