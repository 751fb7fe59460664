"""Read durations and times of day as people write them, such as `15 min`, `2 days` and `18:00`."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

_UNITS = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_DURATION = re.compile(
    r"(?P<count>\d{1,4}(?:\.\d{1,2})?)\s*(?:(?P<min>min|minutes?)|(?P<h>h|hours?)|(?P<d>d|days?))",
    re.IGNORECASE,
)


def parse_duration(text: str) -> timedelta:
    """Return a duration. Raises ValueError, which says what was expected and found."""
    match = _DURATION.fullmatch(text.strip())
    if match is None or match.lastgroup is None:
        raise ValueError(f"expected a duration such as 15 min, 6 h or 2 days, found {text!r}")
    return float(match["count"]) * _UNITS[match.lastgroup]


def parse_time_of_day(text: str) -> time:
    """Return a time of day. Raises ValueError, which says what was expected and found."""
    try:
        return datetime.strptime(text.strip(), "%H:%M").time()
    except ValueError:
        raise ValueError(f"expected a time of day such as 18:00, found {text!r}") from None
