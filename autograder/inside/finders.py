"""How imports are done for a while."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def asked_first(finder: Any) -> Iterator[None]:
    """While it lasts, every import asks `finder`, by its `find_spec`, before all others."""
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
