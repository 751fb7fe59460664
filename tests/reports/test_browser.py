"""The pages in a real browser: nothing that a student wrote does anything, and everybody can read them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from headless import DESK, PHONE, started_browser

from autograder.grading.weeks import read_week
from autograder.models import Report
from autograder.reports.class_page import StudentRow, class_page
from autograder.reports.context import Context
from autograder.reports.term import RepeatedMistake, Term, make_term, term_page
from autograder.reports.write import write_pages
from autograder.reports.wrong_answers import KnownMistake
from autograder.submissions.identity import safe_name

TOY = Path(__file__).parents[1] / "toy"
pytestmark = [pytest.mark.needs("chromium"), pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Debian's Chromium, headless."""
    with started_browser() as browser:
        yield browser


@pytest.fixture
def pages(write_grades: Callable[[list[Report]], Path], hostile_class: list[Report]) -> list[Path]:
    """The class page, the term's, and the feedback of everybody in the hostile class."""
    folder = write_grades(hostile_class)
    page = write_pages(folder, TOY).class_page
    (folder / "term.html").write_text(term_page(_hostile_term(folder)))
    own = (folder / safe_name(report.student) / "feedback.html" for report in hostile_class)
    return [page, folder / "term.html", *own]


def _hostile_term(folder: Path) -> Term:
    """Two weeks, the second without any submission, and a mistake that everybody made twice."""
    week = read_week(folder)
    term = make_term([week, replace(week, reports={})], TOY)
    names = tuple(student.name for student in term.students)
    mistake = KnownMistake(names[-1], names[-1], frozenset(), frozenset())
    return replace(term, mistakes=(RepeatedMistake(mistake, (4, 4), names),))


def test_pages_are_quiet_and_fit(browser: Any, pages: list[Path]) -> None:
    """No script of a student's runs, no request leaves, nothing is wider than the screen, light or dark."""
    context = browser.new_context()
    requests: list[str] = []
    context.on("request", lambda request: requests.append(request.url))
    for path in pages:
        page = context.new_page()
        page.goto(path.as_uri())
        assert page.title() != "owned"
        for size, scheme in product((PHONE, DESK), ("light", "dark")):
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=scheme)
            assert page.locator("h1").is_visible()
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= size["width"], f"{path.name} is {width} wide, {scheme}"
        page.close()
    assert sorted(requests) == sorted(path.as_uri() for path in pages)
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Any, pages: list[Path], scheme: str) -> None:
    """What axe-core can see is accessible: contrast, names, structure."""
    from axe_playwright_python.sync_playwright import Axe

    # The pages' own policy forbids scripts, axe's too.
    context = browser.new_context(viewport=DESK, color_scheme=scheme, bypass_csp=True)
    for path in pages[:4]:
        page = context.new_page()
        page.goto(path.as_uri())
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        page.close()
    context.close()


def test_the_table_sorts_and_filters(browser: Any, pages: list[Path]) -> None:
    """Under the page's own policy, its one script works."""
    page = browser.new_page()
    page.goto(pages[0].as_uri())
    page.get_by_role("button", name="points").click()
    rows = page.locator("#students tbody tr")
    points = [int(float(value)) for value in rows.locator("td:nth-child(2)").all_inner_texts()]
    assert points == sorted(points)
    page.get_by_label("Show only rows with").fill("bob")
    assert page.locator("#students tbody tr:visible").count() == 1
    assert page.locator("#shown").inner_text() == "1 of 4 shown"
    page.close()


def test_the_table_is_sorted_and_filtered_by_keyboard_alone(browser: Any, pages: list[Path]) -> None:
    """Tab reaches the fields and the headings in the order of the page."""
    page = browser.new_page()
    page.goto(pages[0].as_uri())

    def tab_to(selector: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"Tab does not reach {selector}")

    tab_to("#filter")
    page.keyboard.type("bob")
    assert page.locator("#students tbody tr:visible").all_inner_texts()[0].startswith("bob")
    page.keyboard.press("Escape")
    tab_to("#status")
    page.keyboard.type("to review")
    assert page.locator("#students tbody tr:visible").count() == 1
    assert page.locator("#shown").inner_text() == "1 of 4 shown"
    page.keyboard.press("Home")
    tab_to("#students thead button")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    names = page.locator("#students tbody th").all_inner_texts()
    assert names == sorted(names, reverse=True)
    assert page.locator("#students th[aria-sort=descending]").inner_text() == "student"
    tab_to("#students tbody a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/feedback.html")
    page.close()


def test_one_failed_check_is_unfolded_at_a_time_and_print_shows_all(
    browser: Any, make_report: Callable[..., Report], write_grades: Callable[[list[Report]], Path]
) -> None:
    """Without any script; the one to do next is open from the start."""
    failed = ("test_adds_two_numbers", "test_adds_negative_numbers", "test_mean_of_other_numbers")
    folder = write_grades([make_report("bob", failed)])
    write_pages(folder, TOY)
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto((folder / "bob" / "feedback.html").as_uri())
    explained = page.locator(".explained")
    assert [each.is_visible() for each in explained.all()] == [True, False, False]
    assert page.get_by_role("heading", name="Next: add").is_visible()
    page.locator(".failing summary").nth(1).focus()
    page.keyboard.press("Enter")
    assert [each.is_visible() for each in explained.all()] == [False, True, False]
    page.emulate_media(media="print")
    assert all(each.is_visible() for each in [*explained.all(), *page.locator(".checks li").all()])
    context.close()


def test_a_thousand_students_fit_on_the_class_page(
    browser: Any, make_report: Callable[..., Report], tmp_path: Path
) -> None:
    """The page of a large class opens, and filtering it shows the one who was looked for."""
    report = make_report("ada")
    reports = [replace(report, student=f"student {number:04}") for number in range(1000)]
    scores = {name: task.score for name, task in report.tasks.items()}
    rows = [
        StudentRow(each.student, each.score, each.max_score, "graded", scores, page="x") for each in reports
    ]
    path = tmp_path / "class.html"
    path.write_text(class_page(rows, reports, [], Context("Sums")), encoding="utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())
    page.get_by_label("Show only rows with").fill("student 0421")
    assert page.locator("#students tbody tr:visible").count() == 1
    page.close()
