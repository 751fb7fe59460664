"""Import the support code of a repository's kit, as a handout has it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]


@contextmanager
def kit_code(slug: str) -> Iterator[Any]:
    """Yield the library as `support`, the kit's `lesson`, and Keras; all inputs of the kit can be loaded."""
    from autograder import support

    folders = [ROOT / place / slug / "inputs" for place in ("solutions", "autograder/kits")]
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "solutions" / slug))
        patch.setitem(sys.modules, "support", support)
        import lesson

        support.INPUT_FOLDERS.extend(folders)
        support.set_deterministic(1)
        yield SimpleNamespace(support=support, lesson=lesson, keras=support.keras)
        for folder in folders:
            support.INPUT_FOLDERS.remove(folder)
        del sys.modules["lesson"]
