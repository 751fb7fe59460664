"""Decide by a kit's table `[late]` whether a submission is late and what that costs, and put it in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from math import ceil
from zoneinfo import ZoneInfo

from ..kit import Kit
from ..kit_config import LAST_TIME_ZONE, LateConfig, parse_duration, parse_time_of_day
from ..language import Messages, gettext_noop
from ..models import Lateness, Points, Report, ReviewNote, ReviewReason, Timeliness
from ..submissions.identity import LOCAL_TIMES, MARKS_LATE, Identity
from .overrides import Penalty

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
# Later dates cannot be compared in all time zones.
MAX_YEAR = 9000
# Decimal places of points.
DIGITS = 6
# These are listed for review. Unknown times are not: the run names them all in one sentence.
_REVIEWED = (Timeliness.LATE, Timeliness.AFTER_CUT_OFF, Timeliness.LATE_BY_UNKNOWN)
# Translates a message and replaces its placeholders, as `Messages.gettext` does.
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


@dataclass(frozen=True)
class Arrival:
    """When a submission arrived, and what the course grants its student.

    `submitted` is in seconds since the epoch, None if it is unknown; with `is_local_time`, it is a local time
    as if it were UTC. `marked_late` is the platform's mark, None if the platform marks nobody. `extensions`
    are those of all members of the student's group. `free_days_used` are the free days of earlier weeks, of
    the member who used the most.
    """

    submitted: float | None = None
    is_local_time: bool = False
    marked_late: bool | None = None
    extensions: tuple[str, ...] = ()
    free_days_used: int = 0


@dataclass(frozen=True)
class LateRules:
    """The day on which a kit is due, and its table `[late]`."""

    due: date
    config: LateConfig

    def judge(self, arrival: Arrival) -> Lateness:
        """Return whether a submission is late, and the percentage that it loses.

        Grace moves the deadline, from which all days and hours count. Free days are used first; they do not
        move the cut-off.
        """
        extension, deadline = self._extended_deadline(arrival.extensions)
        lateness = Lateness(
            _timeliness_without_time(arrival),
            deadline.isoformat(timespec="minutes"),
            extension=extension,
            unit=self.config.per,
            percent_of=self.config.of,
        )
        if arrival.submitted is None:
            return lateness
        submitted = self._moment(arrival.submitted, arrival.is_local_time)
        shown = submitted.astimezone(deadline.tzinfo)
        lateness = replace(lateness, submitted=shown.isoformat(timespec="seconds"))
        # Moments of one time zone would be subtracted as local times, which jump twice a year.
        late_by = submitted.astimezone(UTC) - deadline.astimezone(UTC) - _duration(self.config.grace)
        if late_by <= timedelta(0):
            return replace(lateness, timeliness=Timeliness.ON_TIME)
        if self.config.cut_off and late_by > parse_duration(self.config.cut_off):
            return replace(lateness, timeliness=Timeliness.AFTER_CUT_OFF, percent=100, percent_of="earned")
        free_days = min(ceil(late_by / DAY), max(self.config.free_days - arrival.free_days_used, 0))
        unit = DAY if self.config.per == "day" else HOUR
        charged_units = max(ceil((late_by - free_days * DAY) / unit), 0)
        return replace(
            lateness,
            timeliness=Timeliness.LATE,
            units=charged_units,
            free_days=free_days,
            percent=min(charged_units * self.config.penalty, 100),
        )

    def without_free_days(self, arrival: Arrival) -> Lateness:
        """Return what `judge` returns for a student who has no free days left."""
        return self.judge(replace(arrival, free_days_used=self.config.free_days))

    def _extended_deadline(self, extensions: tuple[str, ...]) -> tuple[str, datetime]:
        """Return the extension that helps most, or "", and the deadline with it."""
        candidates = [(self._deadline(text), text) for text in ("", *extensions)]
        deadline, text = max(candidates, key=lambda candidate: candidate[0])
        return text, deadline

    def _deadline(self, extension: str) -> datetime:
        granted = parse_extension(extension) if extension else timedelta(0)
        if isinstance(granted, timedelta):
            return self._end(self.due) + granted
        if isinstance(granted, datetime):
            return granted if granted.tzinfo else granted.replace(tzinfo=self._zone)
        return self._end(granted)

    def _end(self, day: date) -> datetime:
        """Return the moment at which a due day ends."""
        if self.config.due_time:
            return datetime.combine(day, parse_time_of_day(self.config.due_time), self._zone)
        return datetime.combine(day, time.max, self._zone)

    def _moment(self, submitted: float, is_local_time: bool) -> datetime:
        moment = datetime.fromtimestamp(submitted, UTC)
        return moment.replace(tzinfo=self._zone) if is_local_time and self.config.time_zone else moment

    @property
    def _zone(self) -> tzinfo:
        return ZoneInfo(self.config.time_zone) if self.config.time_zone else LAST_TIME_ZONE


def _timeliness_without_time(arrival: Arrival) -> Timeliness:
    """Return what the platform's mark tells about a submission whose time is unknown."""
    if arrival.marked_late is None:
        return Timeliness.UNKNOWN
    return Timeliness.LATE_BY_UNKNOWN if arrival.marked_late else Timeliness.ON_TIME


def _duration(text: str) -> timedelta:
    return parse_duration(text) if text else timedelta(0)


def parse_extension(text: str) -> timedelta | date:
    """Return an extension: a duration, a new due day, or a day with a time.

    Raises ValueError, which says what was expected and found.
    """
    for read in (parse_duration, date.fromisoformat, datetime.fromisoformat):
        try:
            granted: timedelta | date = read(text.strip())
        except ValueError:
            continue
        if isinstance(granted, timedelta) or granted.year < MAX_YEAR:
            return granted
    raise ValueError(f"expected an extension such as 2 days, 2026-12-03 or 2026-12-03 18:00, found {text!r}")


@dataclass(frozen=True)
class LateRecord:
    """The contents of `late.json`: the rules, and the arrival of each submission by student.

    With it, penalties are computed again from the examiner's reports alone.
    """

    rules: LateRules
    arrivals: Mapping[str, Arrival]

    def judge(self, student: str) -> Lateness:
        """Return whether a student's submission is late."""
        return self.rules.judge(self.arrivals.get(student, Arrival()))

    def apply(self, report: Report, decisions: Sequence[Penalty]) -> Report:
        """Return the report with its penalty, which a person may have decided instead of the rules.

        No free day is used if the penalty is the same without: where nothing is left of the points anyway.
        """
        arrival = self.arrivals.get(report.student, Arrival())
        lateness = self.rules.judge(arrival)
        for penalty in decisions:
            if penalty.student == report.student:
                lateness = replace(lateness, decided=penalty.reason)
                return apply_penalty(report, lateness, penalty.points)
        penalized = apply_penalty(report, lateness)
        if penalized.lateness and penalized.lateness.free_days:
            full = apply_penalty(report, self.rules.without_free_days(arrival))
            return full if full.penalty == penalized.penalty else penalized
        return penalized


def apply_penalty(report: Report, lateness: Lateness, decided: Points | None = None) -> Report:
    """Return the report with its points as `raw`, the penalty, and the score that is left.

    `decided` is a penalty in points that a person chose instead. No free day is used where no penalty is
    saved: without points, or if a person decided.
    """
    raw = report.score
    if raw is None:
        return replace(report, raw=None, penalty=None, lateness=replace(lateness, free_days=0))
    if not raw or decided is not None:
        lateness = replace(lateness, free_days=0)
    base = raw if lateness.percent_of == "earned" else report.max_score
    points = decided if decided is not None else round(base * lateness.percent / 100, DIGITS)
    penalty = min(points, raw)
    score = round(raw - penalty, DIGITS) if penalty else raw
    return replace(report, raw=raw, penalty=penalty, score=score, lateness=lateness)


def make_late_record(
    kit: Kit,
    identities: Mapping[str, Identity],
    extensions: Mapping[str, str],
    days_used: Mapping[str, int],
) -> LateRecord | None:
    """Return what decides the penalties of a class, or None if the kit has no rules for late submissions.

    All arguments are by student. `days_used` are the free days that were used in earlier weeks. Members of a
    group have the extension and the used days of each other, because they share a grade: the extension that
    helps most counts, and everybody spends the same free days.
    """
    if kit.late is None or kit.dates.due is None:
        return None
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for student, identity in identities.items():
        groups[identity.group or f"\0{student}"].append(student)
    arrivals = {}
    for members in groups.values():
        granted = tuple(extensions[student] for student in members if extensions.get(student))
        used = max(days_used.get(student, 0) for student in members)
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


def english(message: str, **values: object) -> str:
    """Return a message for staff in English, independent of the command's language."""
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
        sentences.append(_("Your instructors set this penalty: {reason}", reason=lateness.decided))
        return " ".join(filter(None, sentences))
    if lateness.free_days:
        sentences.append(_("Free late days used: {count}.", count=lateness.free_days))
    if lateness.units and lateness.percent:
        message = _COSTS[lateness.unit, lateness.percent_of]
        sentences.append(_(message, count=lateness.units, percent=lateness.percent))
    return " ".join(filter(None, sentences))


def _shown(moment: str) -> str:
    """Return a moment in ISO 8601 as readers see it, such as `2026-11-30 23:59-12:00`."""
    return datetime.fromisoformat(moment).isoformat(" ", "minutes")
