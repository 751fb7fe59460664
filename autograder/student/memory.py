"""What the command remembers in a handout from call to call: hints taken, and the check that fails."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

FILE = "memory.json"


@dataclass
class Memory:
    """By task: how many hints were given, and the name of the first check that did not pass."""

    hints: dict[str, int] = field(default_factory=dict)
    failing: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, state: Path) -> Memory:
        """What was kept in the folder `state`; nothing where that cannot be read."""
        with suppress(OSError, ValueError, TypeError):
            found = cls(**json.loads((state / FILE).read_text(encoding="utf-8")))
            if all(isinstance(count, int) for count in found.hints.values()):
                return found
        return cls()

    def write(self, state: Path) -> None:
        """Keep it; where that cannot be done, hints begin anew."""
        with suppress(OSError):
            state.mkdir(exist_ok=True)
            (state / FILE).write_text(json.dumps(asdict(self), indent=2), encoding="utf-8")
