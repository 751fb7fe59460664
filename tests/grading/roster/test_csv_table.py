"""Tables as people save them: which delimiter they have, and what their columns are called."""

from __future__ import annotations

import pytest

from autograder.grading.roster.csv_table import column_title, read_csv


@pytest.mark.parametrize(
    ("text", "header", "rows"),
    [
        ("a,b\n1,2\n", ("a", "b"), [(2, ("1", "2"))]),
        ("a;b\n1,5;2\n", ("a", "b"), [(2, ("1,5", "2"))]),
        ("a\tb\r\n1\t2\r\n", ("a", "b"), [(2, ("1", "2"))]),
        ('"a, b, c";d\n1;2\n', ("a, b, c", "d"), [(2, ("1", "2"))]),
        ('"a,\nb";c\n1;2\n', ("a,\nb", "c"), [(3, ("1", "2"))]),
        ("sep=;\na;b\n1;2\n", ("a", "b"), [(3, ("1", "2"))]),
        ("SEP=,\r\na,b\r\n1,2\r\n", ("a", "b"), [(3, ("1", "2"))]),
        ('"sep=;"\na;b\n1;2\n', ("a", "b"), [(3, ("1", "2"))]),
        ("sep=;,\na,b\n1,2\n", ("a", "b"), [(3, ("1", "2"))]),
        ("sep=|\na|b\n1|2\n", ("a", "b"), [(3, ("1", "2"))]),
        ('a,b\n"1\n2",3\n4,5\n', ("a", "b"), [(3, ("1\n2", "3")), (4, ("4", "5"))]),
        ("", (), []),
        ("sep=;\n", (), []),
    ],
)
def test_a_table_is_read_with_its_delimiter_and_lines(text, header, rows):
    table = read_csv(text)
    assert (table.header, list(table.rows)) == (header, rows)


@pytest.mark.parametrize("title", ["E-Mail", "e_mail", " E  mail ", "É-Mail", "E\u0301 mail"])
def test_a_title_is_known_by_its_words(title):
    assert column_title(title) == "e mail"


def test_a_field_may_have_several_columns_in_the_order_of_the_known_titles():
    table = read_csv("Name,Student,ID,Notes\n")
    known = {"name": ("student", "name"), "id": ("id",), "login": ("login",)}
    assert table.columns(known) == {"name": [1, 0], "id": [2]}
