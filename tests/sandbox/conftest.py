"""A sandbox with short limits, and a caller that packs and unpacks as the examiner does."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from autograder.models import Source
from autograder.sandbox.policy import Isolation, Limits
from autograder.sandbox.sandbox import Sandbox
from autograder.wire.call_messages import CallRequest, Failed, LoadReport
from autograder.wire.codec import pack, unpack

# test_levels.py runs the tests of this folder once more at the other levels.
LEVEL = Isolation(os.environ.get("SANDBOX_LEVEL", "bubblewrap"))
LIMITS = Limits(
    load_seconds=10,
    call_seconds=10,
    cpu_seconds=1,
    address_space_mb=1024,
    data_mb=256,
    resident_mb=128,
    processes=16,
    file_size_mb=4,
    scratch_mb=8,
    shared_memory_mb=2,
    scratch_inodes=500,
    output_kept_kb=4,
    output_mb=1,
)
LESSON = b"""
import random
from pathlib import Path

SECRET_OF_THE_LESSON = 7
seeds = []

def prepare(seed):
    random.seed(seed)

def load(name):
    return (Path(__file__).parent / "inputs" / name).read_text()
"""


class Raised(Exception):
    """What a function of the submission raised: its type, text and the student's own lines."""

    def __init__(self, failed: Failed) -> None:
        super().__init__(f"{failed.type}: {failed.text}")
        self.kind, self.type, self.text, self.trace = failed.kind, failed.type, failed.text, failed.trace


class Caller:
    """Loads and calls as the examiner does."""

    Raised = Raised

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox

    def load(self, *cells: str, tolerant: bool = False) -> LoadReport:
        return self.sandbox.load(Source("transfer.ipynb" if tolerant else "transfer.py", cells, tolerant))

    def __call__(self, function: str, *args: Any, seconds: float = 10, **kwargs: Any) -> Any:
        packed = pack((args, kwargs))
        reply = self.sandbox.call(function, CallRequest(packed.head, packed.blob), seconds)
        if isinstance(reply, Failed):
            raise Raised(reply)
        value, _ = unpack(reply.value, reply.blob, known=packed.objects)
        return value["answer"]


@pytest.fixture
def level() -> Isolation:
    """The level that this run is about."""
    return LEVEL


@pytest.fixture(scope="session")
def shared_sandbox() -> Iterator[Sandbox]:
    given = {"lesson.py": LESSON, "inputs/words.txt": b"some words"}
    with Sandbox(given, "transfer", ["lesson"], "lesson.prepare", 5, LIMITS, LEVEL) as sandbox:
        yield sandbox


@pytest.fixture
def call(shared_sandbox: Sandbox) -> Iterator[Caller]:
    yield Caller(shared_sandbox)
    shared_sandbox.clear()
