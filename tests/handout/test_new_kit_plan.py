"""A new kit's names and dates are looked over before anything is written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.handout.new_kit import Kind, Plan, PlanError, module_of

GOOD = Plan("week11_scaling", "Scaling", "scaling", ("shift",), date(2026, 12, 7), date(2026, 12, 14))


@pytest.mark.parametrize(
    ("slug", "module"),
    [("week11_attention", "attention"), ("week3_week4_x", "week4_x"), ("final", "final")],
)
def test_the_students_file_is_called_like_the_slugs_end(slug: str, module: str) -> None:
    assert module_of(slug) == module


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"slug": "Week11"}, "found 'Week11'"),
        ({"slug": "../week11"}, r"found '\.\./week11'"),
        ({"slug": "zh"}, "Expected a slug of 3 to"),
        ({"title": "two\nlines"}, "Expected a title of one line"),
        ({"title": '"""'}, "that a docstring can hold"),
        ({"title": " "}, "Expected a title of one line"),
        ({"module": "statistics"}, "found 'statistics': name another with --module"),
        ({"module": "keras"}, "found 'keras'"),
        ({"module": "11"}, "such as attention, found '11'"),
        ({"tasks": ()}, "name them with --task"),
        ({"tasks": ("shift", "shift")}, "found 'shift' 2 times"),
        ({"tasks": ("Vocabulary",)}, "found 'Vocabulary'. For layers, add --kind layer; for another class, "),
        ({"tasks": ("sum",)}, "means something else already"),
        ({"tasks": ("lambda",)}, "means something else already"),
        ({"tasks": ("scaling",)}, "means something else already"),
        ({"tasks": ("hidden_look_at",)}, "means something else already"),
        ({"tasks": ("Shift",)}, "in lower case"),
        (
            {"tasks": ("shift",), "kind": Kind.LAYER},
            "of a class, such as SelfAttention, found 'shift'. Functions",
        ),
        ({"tasks": ("Shift", "A_b"), "kind": Kind.LAYER}, "of a class, such as SelfAttention, found 'A_b'"),
        ({"due": date(2026, 12, 1)}, "after its release on 2026-12-07, found 2026-12-01"),
    ],
)
def test_what_will_not_do_is_named(change: dict[str, object], problem: str) -> None:
    with pytest.raises(PlanError, match=problem):
        replace(GOOD, **change)  # type: ignore[arg-type]


def test_functions_and_layers_can_follow_a_layer() -> None:
    """The first task alone is the example."""
    plan = replace(GOOD, tasks=("Shift", "squeeze", "Stretch"), kind=Kind.LAYER)
    assert [task for task in plan.tasks if plan.is_example(task)] == ["Shift"]
    assert [task for task in plan.tasks if plan.is_class(task)] == ["Shift", "Stretch"]


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(PlanError) as raised:
        replace(GOOD, slug="A", title="", tasks=("for",))
    assert len(str(raised.value).splitlines()) == 3


@given(st.text())
def test_no_slug_leads_out_of_its_folder(slug: str) -> None:
    """Whatever is accepted is one plain name."""
    try:
        plan = replace(GOOD, slug=slug)
    except PlanError:
        return
    assert plan.slug.isidentifier()
    assert plan.slug.isascii()
