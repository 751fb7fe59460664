"""Define the keys of `kit.toml`, and check their values."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, time, timedelta, timezone
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import msgspec

from .declared_checks import Check
from .validation import suggest

# The library for checks, which the examiner and handouts receive as a package of this name.
SUPPORT = "support"

Seconds = Annotated[float, msgspec.Meta(gt=0, lt=2**31)]
Count = Annotated[int, msgspec.Meta(gt=0, lt=2**31)]
Percent = Annotated[float, msgspec.Meta(ge=0, le=100)]
# A day that has ended here has ended in every time zone.
LAST_TIME_ZONE = timezone(timedelta(hours=-12))
# What students see of hidden checks: a hint, only the outcome, or nothing.
Feedback = Literal["hint", "outcome", "nothing"]
# A function of a module, as the settings `prepare`, `train` and `picture` name it.
_FUNCTION = re.compile(r"\w+(\.\w+)*\.\w+")
_UNITS = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_DURATION = re.compile(
    r"(?P<count>\d{1,4}(?:\.\d{1,2})?)\s*(?:(?P<min>min|minutes?)|(?P<h>h|hours?)|(?P<d>d|days?))",
    re.IGNORECASE,
)


class LimitsConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table `[limits]`. A missing key takes the default of the sandbox or the examiner."""

    load_seconds: Seconds | None = None
    call_seconds: Seconds | None = None
    check_seconds: Seconds | None = None
    submission_seconds: Seconds | None = None
    cpu_seconds: Count | None = None
    address_space_mb: Count | None = None
    data_mb: Count | None = None
    resident_mb: Count | None = None
    processes: Count | None = None
    open_files: Count | None = None
    file_size_mb: Count | None = None
    scratch_mb: Count | None = None
    shared_memory_mb: Count | None = None
    scratch_inodes: Count | None = None
    output_kept_kb: Count | None = None
    output_mb: Count | None = None

    def given(self) -> dict[str, int | float]:
        """Return the limits that the table sets, by name. Whole numbers are returned as integers."""
        values = {name: value for name, value in msgspec.structs.asdict(self).items() if value is not None}
        return {name: int(value) if value == int(value) else value for name, value in values.items()}


class Dates(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table `[dates]`."""

    release: date | None = None
    due: date | None = None


class LateConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table `[late]`: what being late costs.

    `grace` and `cut_off` are durations after the deadline, `due_time` is a time of day such as `18:00`, and
    `time_zone` a name such as `Europe/Berlin`. Without a time, the due day counts to its end; without a zone,
    it ends when it has ended in every zone.
    """

    grace: str = ""
    penalty: Percent = 0
    per: Literal["day", "hour"] = "day"
    of: Literal["possible", "earned"] = "possible"
    cut_off: str = ""
    free_days: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 0
    due_time: str = ""
    time_zone: str = ""


class KitConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A parsed `kit.toml`."""

    title: Annotated[str, msgspec.Meta(min_length=1)]
    module: str
    tasks: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    # Tasks whose answers stay in the sandbox, and functions of support code that run there on handles.
    remote: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    preload: tuple[str, ...] = ()
    prepare: str | None = None
    train: str | None = None
    picture: str | None = None
    feedback: Feedback = "hint"
    # Whether a student whose mistake was recognized for certain reads the misconception behind it.
    misconceptions: bool = False
    # Whether checks must notice the mutants of all operators: `proof.operators.STRICT_OPERATORS`.
    strict_mutants: bool = False
    settings: Mapping[str, Any] = {}
    settings_hidden: Mapping[str, Any] = {}
    calibrated: Mapping[str, str] = {}
    limits: LimitsConfig = LimitsConfig()
    dates: Dates = Dates()
    late: LateConfig | None = None


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


def config_problems(config: KitConfig, checks: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield key and sentence for each problem in `kit.toml` that its types do not rule out."""
    if not config.module.isidentifier():
        yield "module", f"`module`: expected the name of a Python module, found {config.module!r}."
    for task in config.tasks:
        if not task.isidentifier():
            yield "tasks", f"`tasks`: expected names of functions, found {task!r}."
    for name in config.given:
        if (path := PurePosixPath(name)).is_absolute() or ".." in path.parts:
            yield "given", f"`given`: expected files below the folder of the solution, found {name!r}."
    for key, names in (("tasks", config.tasks), ("remote", config.remote), ("given", config.given)):
        if twice := sorted({name for name in names if names.count(name) > 1}):
            yield key, f"`{key}` lists {', '.join(twice)} twice."
    for name in config.remote:
        owner = name.partition(".")[0]
        known = f"{owner}.py" in config.given or (owner == SUPPORT and SUPPORT in config.preload)
        if name not in config.tasks and not (known and _FUNCTION.fullmatch(name)):
            problem = f"expected a task or module.function of the support code, found {name!r}."
            yield "remote", f"`remote`: {problem}"
    for key in ("prepare", "train", "picture"):
        function = getattr(config, key)
        if function is not None and not _FUNCTION.fullmatch(function):
            yield key, f"`{key}`: expected a function as module.function, found {function!r}."
    seed = config.settings.get("seed", 0)
    if isinstance(seed, bool) or not isinstance(seed, int):
        yield "settings.seed", f"`settings.seed`: expected a whole number, found {seed!r}."
    release, due = config.dates.release, config.dates.due
    if release and due and due < release:
        yield "dates.due", f"`dates.due`: expected {release} or later, the release, found {due}."
    for setting, check in config.calibrated.items():
        if setting not in {*config.settings, *config.settings_hidden} or check not in checks:
            unknown = setting if check in checks else f"{setting}, {check}"
            yield f"calibrated.{setting}", f"`calibrated` names no setting or no check with {unknown}."
    if config.late:
        yield from _late_problems(config.late, config.dates)


def _late_problems(late: LateConfig, dates: Dates) -> Iterator[tuple[str, str]]:
    """Yield key and sentence for each problem in the table `[late]`."""
    if dates.due is None:
        yield "late", "`late`: expected `due` in [dates], from which lateness counts, found none."
    if late.free_days and not late.penalty:
        yield "late.free_days", "`late.free_days`: expected a `penalty` that they save, found none."
    readers = {
        "grace": parse_duration,
        "cut_off": parse_duration,
        "due_time": parse_time_of_day,
        "time_zone": _time_zone,
    }
    for key, read in readers.items():
        try:
            if text := getattr(late, key):
                read(text)
        except ValueError as error:
            yield f"late.{key}", f"`late.{key}`: {error}."


def _time_zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, LookupError, OSError):
        raise ValueError(f"expected a time zone such as Europe/Berlin, found {name!r}") from None


def check_problems(config: KitConfig, checks: tuple[Check, ...]) -> Iterator[str]:
    """Yield a sentence for each check that does not fit `kit.toml` or another check."""
    places: dict[str, str] = {}
    for check in checks:
        if check.task not in config.tasks:
            yield (
                f"{check.place}: {check.name}: expected a task of kit.toml, found {check.task!r}; "
                f"{suggest(check.task, config.tasks)}"
            )
        if check.name in places:
            yield f"{check.place}: two checks share the name {check.name}; the other is {places[check.name]}."
        places[check.name] = check.place
