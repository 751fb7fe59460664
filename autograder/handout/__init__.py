"""What a student receives, made from the one source: `solutions/<slug>` and `autograder/kits/<slug>`."""

from __future__ import annotations

from autograder.handout.build import build
from autograder.handout.disk import Difference, compare, put, write
from autograder.kit import languages

__all__ = ["Difference", "build", "compare", "languages", "put", "write"]
