"""A spec and every message are the same after crossing."""

from __future__ import annotations

from autograder.sandbox.guest.spec import Spec


def test_a_spec_is_the_same_after_crossing():
    spec = Spec(
        "transfer",
        ("lesson",),
        ("font-lists",),
        "lesson.prepare",
        3,
        ("/kit",),
        ("/tmp",),
        rlimits={"AS": 1},
        fonts={"fontlist-v1.json": "{}"},
        readable=("/a",),
    )
    assert Spec.from_json(spec.to_json()) == spec
