"""A review in a real browser, as a teaching assistant does it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from headless import DESK, PHONE, started_browser

from autograder.submissions.identity import safe_name

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.xdist_group("browser")]


def press(page: Any, key: str) -> None:
    """Press a key that opens a page, and wait for its script: without it, the next key does nothing."""
    with page.expect_navigation():
        page.keyboard.press(key)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Debian's Chromium, headless."""
    with started_browser() as browser:
        yield browser


def test_two_hundred_students_are_reviewed_by_commenting_on_thirty_groups(
    browser: Any, serve: Callable, large_class: Path
) -> None:
    """With the keyboard alone; then every student with a wrong answer reads the comment on it."""
    served = serve(large_class)
    page = browser.new_page()
    page.goto(served.address)
    assert page.locator("h1").inner_text() == "30 of 30 left to review"
    page.keyboard.press("j")
    press(page, "Enter")
    for number in range(30):
        page.keyboard.press("c")
        page.keyboard.type(f"Comment {number}.")
        press(page, "Control+Enter")
    assert page.locator("h1").inner_text() == "0 of 30 left to review"
    press(page, "w")
    assert "class page" in page.locator("main").inner_text()
    comments = tomllib.loads(served.overrides)["comment"]
    assert len(comments) == 30
    assert sorted(len(each["students"]) for each in comments) == sorted(
        len(group.students) for group in served.session.reviewed.groups
    )
    for comment in comments:
        for student in comment["students"]:
            feedback = large_class / safe_name(student) / "feedback.html"
            assert comment["text"] in feedback.read_text()
    page.close()


def test_points_undo_names_and_the_comment_bank_by_keyboard(
    browser: Any, serve: Callable, small_class: Path
) -> None:
    """Keys also hide names, take a comment again, show the next student and undo."""
    served = serve(small_class)
    page = browser.new_page()
    page.goto(served.address)
    press(page, "h")
    assert page.locator("text=Show names").count() == 1
    assert "Eve" not in page.locator("main").inner_text()
    page.keyboard.press("j")
    page.keyboard.press("j")
    press(page, "Enter")
    first = page.locator("#code").inner_text()
    press(page, "j")
    assert "member=" in page.url
    assert page.locator("#code").inner_text() != first
    page.keyboard.press("c")
    page.keyboard.type("Half of it.")
    for _ in range(3):  # over the check to the points, where there are no comments yet
        if page.evaluate("document.activeElement.id") == "points":
            break
        page.keyboard.press("Tab")
    page.keyboard.type("1")
    press(page, "Control+Enter")
    assert len(tomllib.loads(served.overrides)["override"]) == 3
    press(page, "u")
    assert served.overrides == ""
    page.close()


def test_pages_are_quiet_and_fit(browser: Any, serve: Callable, small_class: Path) -> None:
    """No student's text does anything, no request leaves, nothing is wider than the screen, light or dark."""
    served = serve(small_class)
    requests: list[str] = []
    page = browser.new_page()
    page.on("request", lambda request: requests.append(request.url))
    for path in ("", *(f"entry/{entry.id}" for entry in served.session.queue())):
        page.goto(served.address + path)
        assert page.title() != "owned"
        for size, scheme in product((PHONE, DESK), ("light", "dark")):
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=scheme)
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= size["width"], f"{path} is {width} wide, {scheme}"
    assert all(url.startswith(served.address) for url in requests)
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Any, serve: Callable, small_class: Path, scheme: str) -> None:
    """What axe-core can see is accessible: contrast, names, structure."""
    from axe_playwright_python.sync_playwright import Axe

    served = serve(small_class)
    context = browser.new_context(viewport=DESK, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    for path in ("", *(f"entry/{entry.id}" for entry in served.session.queue())):
        page.goto(served.address + path)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    context.close()
