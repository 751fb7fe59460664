"""One report in the terminal: all of it, calm, and without a chance for what students wrote."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from autograder.cli.commands.show import UnknownReportError, find_report, print_report
from autograder.models import CheckResult, Environment, Report, TaskScore

HOSTILE = "[bold red]x[/] \x1b[2J\x1b]0;title\x07\N{RIGHT-TO-LEFT OVERRIDE}evil [link=file:///]"


def check(name, outcome="failed", **changes):
    made = CheckResult(
        name, "add", False, outcome, 0, 2, "Two and three make five.", "Expected 5, received 6."
    )
    return replace(made, **changes)


def report(**changes):
    environment = Environment("3.11.7", None, None, "2.4", "a processor", "CPU", 7, "bubblewrap")
    made = Report(
        *("sums", "ab12", "ada", "0", "graded", "From sums.py.", 2.0, 4.0),
        tasks={"add": TaskScore(2.0, 4.0)},
        checks=(check("test_a", "passed", points=2, message=""), check("test_b", hidden=True)),
        seconds=1.0,
        environment=environment,
    )
    return replace(made, **changes)


def printed(made, **console):
    out = io.StringIO()
    print_report(made, Console(file=out, highlight=False, markup=False, emoji=False, **console))
    return out.getvalue()


def save(folder, name, made):
    (folder / name).mkdir()
    (folder / name / "report.json").write_text(made.to_json(), encoding="utf-8", errors="backslashreplace")


def test_everything_of_a_report_is_there():
    text = printed(report())
    for part in ("ada", "sums ab12", "graded", "2 of 4 points", "From sums.py.", "add 2 of 4"):
        assert part in text
    assert "  passed  2/2  Two and three make five.\n    test_a\n" in text
    assert (
        "  failed  0/2  Two and three make five.\n    test_b, hidden\n    Expected 5, received 6.\n" in text
    )
    assert "seed 7; isolation bubblewrap" in text


def test_a_score_that_the_grader_owes_is_a_question_mark():
    owed = report(status="grader_error", score=None, tasks={"add": TaskScore(None, 4.0)})
    assert "? of 4 points" in printed(owed)
    assert "grader error" in printed(owed)


@pytest.mark.parametrize("terminal", [True, False])
def test_what_students_wrote_is_neither_markup_nor_an_escape(terminal):
    made = report(
        student=HOSTILE, message=HOSTILE, checks=(check("test_a", sentence=HOSTILE, message=HOSTILE),)
    )
    text = printed(made, force_terminal=terminal, width=400, color_system=None)
    assert text.count("[bold red]x[/]") == text.count("[link=file:///]") == 4
    assert not {"\x1b", "\x07", "\N{RIGHT-TO-LEFT OVERRIDE}"} & set(text)


def test_lines_are_whole_where_nobody_looks_and_wrapped_on_a_terminal():
    made = report(checks=(check("test_a", message="word " * 60),))
    assert max(map(len, printed(made).splitlines())) > 200
    assert max(map(len, printed(made, force_terminal=True, width=60, color_system=None).splitlines())) <= 60


def test_a_report_is_found_by_name_folder_or_in_another_case(tmp_path):
    save(tmp_path, "Ada_L~12", report(student="Ada L"))
    save(tmp_path, "bob", report(student="bob"))
    for name in ("Ada L", "Ada_L~12", "ada l"):
        assert find_report(tmp_path, name).student == "Ada L"
    assert find_report(tmp_path, "BOB").student == "bob"


def test_an_unknown_student_suggests_who_was_meant(tmp_path):
    save(tmp_path, "bob", report(student="bob"))
    (tmp_path / "torn").mkdir()
    (tmp_path / "torn" / "report.json").write_text("{", encoding="utf-8")
    with pytest.raises(UnknownReportError, match="did you mean 'bob'"):
        find_report(tmp_path, "bobb")


def test_a_folder_without_reports_says_what_was_expected(tmp_path):
    with pytest.raises(UnknownReportError, match="kit grade --out"):
        find_report(tmp_path, "ada")
