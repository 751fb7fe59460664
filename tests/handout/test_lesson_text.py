"""`lesson.md` is text, code to try and the places of the tasks, and says what is wrong with it."""

from __future__ import annotations

import pytest

from autograder.handout.lesson_text import Part, parse_lesson, plain_lesson
from autograder.kit import KitError

STORY = """# Circles

A story.

## Area

<!-- task: area -->

```python
draw(area(1))
```

## Edge

```text
not code
```

More.

<!-- task: edge -->
"""


def test_it_comes_apart_at_headings_code_and_tasks() -> None:
    assert parse_lesson(STORY, ["area", "edge"]) == [
        Part("text", "# Circles\n\nA story."),
        Part("text", "## Area"),
        Part("task", "area"),
        Part("code", "draw(area(1))"),
        Part("text", "## Edge\n\n```text\nnot code\n```\n\nMore."),
        Part("task", "edge"),
    ]


def test_a_kit_without_a_story_gets_a_section_for_every_task() -> None:
    kinds = [part.kind for part in parse_lesson(plain_lesson("Circles", ["area", "edge"]), ["area", "edge"])]
    assert kinds == ["text", "text", "task", "text", "task"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("<!-- task: edge -->", ""), "name area, edge in this order, found area"),
        (("task: edge", "task: area"), "found area, area"),
        (("## Edge", "Edge"), "expected a heading ## before the task edge"),
        (("not code\n```", "not code"), "expected a line ``` after ```text"),
    ],
)
def test_what_is_wrong_with_it_is_said(change: tuple[str, str], problem: str) -> None:
    with pytest.raises(KitError, match=problem):
        parse_lesson(STORY.replace(*change), ["area", "edge"])
