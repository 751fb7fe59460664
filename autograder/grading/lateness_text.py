"""Say when a submission arrived, and why it lost points for that, in the language of the reader."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from ..language import Messages, gettext_noop
from ..models import Lateness, Timeliness

# A function like gettext, which also replaces placeholders.
Translate = Callable[..., str]

_ARRIVALS = {
    Timeliness.LATE: gettext_noop("Due {deadline}, handed in {submitted}."),
    Timeliness.AFTER_CUT_OFF: gettext_noop("Too late to count: due {deadline}, handed in {submitted}."),
    Timeliness.LATE_BY_UNKNOWN: gettext_noop(
        "The platform marks it as late, but does not say by how much, so no points are taken off."
    ),
    Timeliness.UNKNOWN: gettext_noop("It is not known when it was handed in, so no points are taken off."),
}
_COSTS = {
    ("day", "possible"): gettext_noop(
        "Days late: {count}, which cost {percent:g} percent of the possible points."
    ),
    ("day", "earned"): gettext_noop(
        "Days late: {count}, which cost {percent:g} percent of the points earned."
    ),
    ("hour", "possible"): gettext_noop(
        "Hours late: {count}, which cost {percent:g} percent of the possible points."
    ),
    ("hour", "earned"): gettext_noop(
        "Hours late: {count}, which cost {percent:g} percent of the points earned."
    ),
}


def english(message: str, **values: object) -> str:
    """Return a message for staff, in English whatever language a command speaks."""
    return Messages().gettext(message, **values)


def arrival_text(lateness: Lateness, _: Translate = english) -> str:
    """Return when the submission arrived, or "" if it was in time."""
    if lateness.timeliness not in _ARRIVALS:
        return ""
    message = _ARRIVALS[lateness.timeliness]
    if not lateness.submitted:
        return _(message)
    sentences = [_(message, deadline=_shown(lateness.deadline), submitted=_shown(lateness.submitted))]
    if lateness.extension:
        sentences.append(_("This is with the extension: {extension}.", extension=lateness.extension))
    return " ".join(sentences)


def lateness_text(lateness: Lateness, _: Translate = english) -> str:
    """Return when the submission arrived and what that costs, or "" if it was in time."""
    sentences = [arrival_text(lateness, _)]
    if lateness.decided:
        sentences.append(_("The penalty was decided by a person: {reason}", reason=lateness.decided))
        return " ".join(filter(None, sentences))
    if lateness.free_days:
        sentences.append(_("Free late days used: {count}.", count=lateness.free_days))
    if lateness.units and lateness.percent:
        message = _COSTS[lateness.unit, lateness.percent_of]
        sentences.append(_(message, count=lateness.units, percent=lateness.percent))
    return " ".join(filter(None, sentences))


def _shown(moment: str) -> str:
    """Return a moment such as `2026-11-30 23:59-12:00`."""
    return datetime.fromisoformat(moment).isoformat(" ", "minutes")
