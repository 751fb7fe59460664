"""What changes a whole process is tried in a fork."""

from __future__ import annotations

import json
import os
import traceback
from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def in_fork() -> Callable[[Callable[[], Any]], Any]:
    """Run a function in a fork and return what it returned, as JSON; its exception fails the test."""

    def run(function: Callable[[], Any]) -> Any:
        reading, writing = os.pipe()
        process = os.fork()
        if process == 0:
            keep = os.dup2(writing, 200)
            try:
                said = {"returned": function()}
            except BaseException:
                said = {"raised": traceback.format_exc()}
            os.write(keep, json.dumps(said).encode())
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            text = pipe.read()
        _, status = os.waitpid(process, 0)
        assert text, f"the fork ended with status {status}"
        said = json.loads(text)
        assert "raised" not in said, said["raised"]
        return said["returned"]

    return run
