"""How strongly a submission is kept apart."""

from __future__ import annotations

from enum import StrEnum


class Isolation(StrEnum):
    """The levels, strongest first; a weaker one is never chosen by itself.

    `bubblewrap`: namespaces, a read-only system, nothing of ours to see. `user`: started by root, another
    user that cannot read our files. `process`: limits only.
    """

    BUBBLEWRAP = "bubblewrap"
    USER = "user"
    PROCESS = "process"
