"""Collect when the submissions of a class arrived, and what extensions and free days their students have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from ..kit import Kit
from ..models import ReviewNote, ReviewReason, Timeliness
from ..submissions.identity import LOCAL_TIMES, MARKS_LATE, Identity
from .late_rules import Arrival, LateRecord, LateRules
from .lateness_text import arrival_text
from .storage import StudentRecord
from .weeks import People

# What somebody should look at. If no time is known, the run says so once.
_REVIEWED = (Timeliness.LATE, Timeliness.AFTER_CUT_OFF, Timeliness.LATE_BY_UNKNOWN)


def make_late_record(
    kit: Kit,
    identities: Mapping[str, Identity],
    students: Mapping[str, StudentRecord],
    extensions: Mapping[str, str],
    earlier: People,
) -> LateRecord | None:
    """Return what decides the penalties of a class, or None if the kit has no rules for late submissions.

    All arguments are by student. `earlier` are the students of earlier weeks, who may have used free days.
    Members of a group have the extension and the used days of each other, because they share a grade: the
    extension that helps most counts, and everybody spends the same free days.
    """
    if kit.late is None or kit.dates.due is None:
        return None
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for student, identity in identities.items():
        groups[identity.group or f"\0{student}"].append(student)
    arrivals = {}
    for members in groups.values():
        granted = tuple(extensions[student] for student in members if extensions.get(student))
        used = max(earlier.free_days_used(students[student]) for student in members)
        for student in members:
            identity = identities[student]
            arrivals[student] = Arrival(
                submitted=identity.submitted,
                is_local_time=identity.platform in LOCAL_TIMES,
                marked_late=identity.late or (False if identity.platform in MARKS_LATE else None),
                extensions=granted,
                free_days_used=used,
            )
    return LateRecord(LateRules(kit.dates.due, kit.late), dict(sorted(arrivals.items())))


def late_notes(late: LateRecord | None, student: str) -> tuple[ReviewNote, ...]:
    """Return the review note about a late submission, if it is late."""
    lateness = late.judge(student) if late else None
    if lateness is None or lateness.timeliness not in _REVIEWED:
        return ()
    return (ReviewNote(ReviewReason.LATE, arrival_text(lateness)),)
