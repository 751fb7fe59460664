"""One warm process to be."""

from __future__ import annotations

from dataclasses import dataclass

from ..inside.spec import Spec


@dataclass(frozen=True)
class Launch:
    """How to start a warm process (bubblewrap sets the inner environment by itself), and what to tell it."""

    command: tuple[str, ...]
    environment: dict[str, str]
    spec: Spec
