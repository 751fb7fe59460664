"""How a child ended is a sentence."""

from __future__ import annotations

import pytest

from autograder.sandbox.policy import Limits
from autograder.sandbox.protocol import exit_reason


@pytest.mark.parametrize(
    ("fate", "sentence"),
    [
        ({"how": "memory"}, "it used more than 3072 MB of memory"),
        ({"how": "scratch"}, "it wrote more than 64 MB or 20000 files"),
        ({"how": "exit", "number": 3}, "it ended itself with status 3"),
        ({"how": "signal", "number": 24}, "it used more than 120 s of processor time"),
        ({"how": "signal", "number": 11}, "it crashed (SIGSEGV)"),
        ({"how": "signal", "number": 63}, "it crashed (signal 63)"),
        ({}, "it ended"),
    ],
)
def test_every_end_has_a_sentence(fate, sentence):
    assert exit_reason(fate, Limits()) == sentence
