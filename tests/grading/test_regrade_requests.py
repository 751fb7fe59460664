"""Regrade requests: files and tables, as editors and spreadsheets save them."""

from __future__ import annotations

import pytest

from autograder.grading.regrade_requests import RegradeRequest, read_requests, request_form

STUDENTS, CHECKS = {"Jo Doe", "Kim Roe"}, {"test_add"}
JO = RegradeRequest("Jo Doe", "test_add", "It is right.", "requests.csv")


def requests(folder, text, encoding="utf-8"):
    (folder / "requests.csv").write_bytes(text.encode(encoding))
    return read_requests(folder, STUDENTS, CHECKS)


@pytest.mark.parametrize(
    "text",
    [
        "student,check,reason\nJo Doe,test_add,It is right.\n",
        "student;check;reason\r\nJo Doe;test_add;It is right.\r\n",
        "student\tcheck\treason\nJo Doe\ttest_add\tIt is right.\n",
        "Student,Check,Reason\nJo Doe,test_add,It is right.\n",
        " REASON ; Student;when;check\nIt is right.; Jo Doe ;today;test_add\n",
        "sep=;\nstudent;check;reason\nJo Doe;test_add;It is right.\n",
        "student,check,reason\nJo Doe,test_add,It is right.\n\nKim Roe,test_add\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_table_is_read(tmp_path, text, encoding):
    found = requests(tmp_path, text, encoding)
    assert (found.requests, found.problems) == ((JO,), ())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("student,reason\nJo Doe,x\n", "found student, reason."),
        ("Jo Doe,test_add,x\n", "found Jo Doe, test_add, x."),
        ("\n", "found nothing."),
    ],
)
def test_a_table_without_a_column_is_told_with_what_is_expected(tmp_path, text, said):
    found = requests(tmp_path, text)
    assert found.problems == (f"requests.csv: expected the columns student, check, reason; {said}",)


def test_a_table_of_a_large_class_is_read_to_its_end(tmp_path):
    others = f"Kim Roe,test_add,{'x' * 3_000}\n" * 50
    found = requests(tmp_path, f"student,check,reason\n{others}Jo Doe,test_add,It is right.\n")
    assert (found.requests[-1], found.problems) == (JO, ())


def test_a_file_that_is_too_large_is_told(tmp_path):
    (tmp_path / "requests").mkdir()
    text = request_form("Jo Doe", ["test_add"]).replace('reason = ""', f'reason = "{"x" * 100_000}"')
    (tmp_path / "requests" / "jo.toml").write_text(text)
    found = read_requests(tmp_path, STUDENTS, CHECKS)
    assert (found.requests, found.problems) == ((), ("jo.toml: expected at most 100,000 bytes, found more.",))


def test_a_file_that_an_editor_marks_as_utf_8_is_read(tmp_path):
    (tmp_path / "requests").mkdir()
    text = request_form("Jo Doe", ["test_add"]).replace('reason = ""', 'reason = "It is right."')
    (tmp_path / "requests" / "jo.toml").write_bytes(text.encode("utf-8-sig"))
    found = read_requests(tmp_path, STUDENTS, CHECKS)
    assert [request.student for request in found.requests] == ["Jo Doe"]
