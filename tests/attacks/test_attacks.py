"""Hostile submissions among honest ones: each earns what its honest functions do, and harms nobody.

A file's docstring says what it tries, its line `# honest:` which of its tasks are right. All files of a kit
go through one warm examiner and its sandbox, one after the other, with honest submissions between them.
"""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser

import pytest
from attacks.graded import Attacked, timeless
from attacks.handed_in import ATTACKS, NAMES, SLUGS, Attack, student_of
from rich.console import Console

from autograder.cli.commands.show import print_report
from autograder.grading.grades_csv import FORMULA_STARTS
from autograder.models import Report
from autograder.submissions.identity import safe_name

# What no terminal must get: controls and direction marks.
UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# What Rich writes itself: colours and weights.
STYLES = re.compile(r"\x1b\[[0-9;]*m")
Classes = dict[str, Attacked]
pytestmark = [
    pytest.mark.needs("bubblewrap"),
    pytest.mark.xdist_group("attacks"),
]

of_each_attack = pytest.mark.parametrize(
    "attack", ATTACKS, ids=[f"{attack.slug}-{attack.path.stem}" for attack in ATTACKS]
)
of_each_kit = pytest.mark.parametrize("slug", SLUGS)


def told(report: Report) -> list[tuple[str, str, str]]:
    return [(check.name, check.outcome, check.message[:200]) for check in report.checks]


def texts(report: Report) -> list[str]:
    """Everything in a report that a submission may have had a part in."""
    own = [report.message, report.output, report.hidden_output]
    return own + [text for check in report.checks for text in (check.message, check.student_message)]


@of_each_attack
def test_an_attack_earns_what_its_honest_functions_earn(attack: Attack, classes: Classes) -> None:
    """Honest tasks keep their points, attacked ones earn none, and nothing is the grader's fault."""
    found = classes[attack.slug]
    report = found.report(attack)
    assert report.status == attack.status, (report.message, told(report))
    earned = {task: score.score for task, score in report.tasks.items()}
    assert earned == attack.points(found.kit), told(report)
    assert report.score == sum(attack.points(found.kit).values())


@of_each_attack
def test_what_an_attack_says_is_harmless_where_it_is_shown(attack: Attack, classes: Classes) -> None:
    """Report, terminal and page show it as text: nothing is drawn, run or moved."""
    found = classes[attack.slug]
    report = found.report(attack)
    assert not [text for text in texts(report) if UNSAFE.search(text)]
    screen = io.StringIO()
    print_report(
        report, Console(file=screen, force_terminal=True, markup=False, emoji=False, highlight=False)
    )
    assert not UNSAFE.search(STYLES.sub("", screen.getvalue()))
    page = (found.attacked.out / found.names[attack.path] / "feedback.html").read_text(encoding="utf-8")
    assert_harmless(page, scripts=0)


@of_each_attack
def test_an_attack_finds_nothing(attack: Attack, classes: Classes) -> None:
    """Whoever snoops prints FOUND with what it found, and nobody did."""
    report = classes[attack.slug].report(attack)
    lines = [line for line in (report.output + report.hidden_output).splitlines() if "FOUND" in line]
    assert [line for line in lines if line != "FOUND []"] == []
    assert "ENVIRON" not in report.output


@of_each_kit
def test_honest_neighbours_get_the_same_report_as_without_attacks(slug: str, classes: Classes) -> None:
    """Times aside, what an honest student gets does not depend on who else is in the class."""
    found = classes[slug]
    assert len(found.honest) >= 5
    for student in found.honest:
        here, alone = found.attacked.reports[student], found.alone.reports[student]
        assert timeless(here) == timeless(alone), student
        assert here.status == "graded"
        assert (here.score == here.max_score) == (not student.endswith("wrong")), (student, told(here))
    rows = [
        {row["student"]: row for row in csv.DictReader(io.StringIO((run.out / "grades.csv").read_text()))}
        for run in (found.attacked, found.alone)
    ]
    assert [rows[0][student] for student in found.honest] == [rows[1][student] for student in found.honest]


@of_each_kit
def test_the_class_is_graded_whole(slug: str, classes: Classes) -> None:
    """Everybody has a report and a row; the run ends well, and what it prints is plain text."""
    found = classes[slug]
    assert found.attacked.status == 0, found.attacked.said + found.attacked.errors
    named = map(student_of, NAMES if slug == "plain" else ())
    assert set(found.attacked.reports) == {*found.names.values(), *found.honest, *named}
    assert not UNSAFE.search(found.attacked.said)


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_no_name_of_a_file_costs_or_breaks_anything(name: str, classes: Classes) -> None:
    """Whatever a file is called, its answers count, and its report lies in a folder of its own."""
    found = classes["plain"].attacked
    report = found.reports[student_of(name)]
    assert report.score == report.max_score
    page = (found.out / safe_name(student_of(name)) / "feedback.html").read_text(encoding="utf-8")
    assert_harmless(page, scripts=0)
    assert not UNSAFE.search(page)


@of_each_kit
def test_nothing_is_left_behind(slug: str, classes: Classes) -> None:
    """No file of ours, of Python's or at home has changed, nothing is new, and no process outlived a run."""
    assert classes[slug].left == []


@pytest.mark.parametrize("folder", ["trainings", "results"])
def test_what_is_stored_is_that_of_an_honest_class(folder: str, classes: Classes) -> None:
    """What was kept while attacks were examined gives honest networks their own trainings and results."""
    kept, alone = (run.stored(folder) for run in (classes["nets"].attacked, classes["nets"].alone))
    assert alone
    assert {key: kept[key] for key in alone} == alone


@of_each_kit
def test_a_spreadsheet_runs_no_cell(slug: str, classes: Classes) -> None:
    """No cell of any table begins like a formula, also where semicolons part cells."""
    out = classes[slug].attacked.out
    for path in (out / "grades.csv", *(out / "uploads").glob("*.csv")):
        text = path.read_text(encoding="utf-8")
        rows = [*csv.reader(io.StringIO(text)), *csv.reader(io.StringIO(text), delimiter=";")]
        assert not [cell for row in rows for cell in row if cell.lstrip().startswith(FORMULA_STARTS)], path
        assert not UNSAFE.search(text.replace("\r\n", "\n"))


@of_each_kit
def test_the_page_of_the_class_runs_only_its_own_script(slug: str, classes: Classes) -> None:
    """Names, messages and remarks of a class are text there."""
    assert_harmless((classes[slug].attacked.out / "class.html").read_text(encoding="utf-8"), scripts=1)


def test_students_read_nothing_that_their_code_saw_in_a_hidden_check(classes: Classes) -> None:
    """What was printed while hidden checks ran is for staff alone."""
    found = classes["plain"]
    attack = next(attack for attack in ATTACKS if attack.path.stem == "snoop_prints_hidden_inputs")
    report = found.report(attack)
    assert report.output.count("INPUT") == 1
    assert "INPUT" in report.hidden_output
    hidden = report.hidden_output.split("INPUT")[1].strip()
    assert hidden not in (found.attacked.out / found.names[attack.path] / "feedback.html").read_text()


def test_what_a_submission_says_of_its_loading_is_told_as_its_own_words(classes: Classes) -> None:
    """A sentence in a report that a submission wrote begins with the submission's name."""
    for name in ("forge_report_of_loading", "forge_empty_report_of_loading", "inject_remarks"):
        attack = next(attack for attack in ATTACKS if attack.path.stem == name)
        report = classes["plain"].report(attack)
        assert report.message.startswith(f"{report.student}.py"), report.message


class _Tags(HTMLParser):
    """Collects what a page asks a browser to do."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def assert_harmless(page: str, scripts: int) -> None:
    """No element, handler or address in a page that its template did not put there."""
    tags = _Tags()
    tags.feed(page)
    names = [name for name, _ in tags.found]
    assert names.count("script") == scripts
    assert not {"img", "iframe", "object", "embed", "link", "base", "form", "b"} & set(names)
    assert not [key for _, attributes in tags.found for key in attributes if key.startswith("on")]
    addresses = [attributes.get("href") or "" for _, attributes in tags.found]
    # The request for a regrade is a file in the page, which no browser runs.
    assert not [
        address for address in addresses if ":" in address and not address.startswith("data:text/plain;")
    ]
