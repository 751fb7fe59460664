"""Define the keys of `kit.toml` and their types."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

import msgspec

Seconds = Annotated[float, msgspec.Meta(gt=0, lt=2**31)]
Count = Annotated[int, msgspec.Meta(gt=0, lt=2**31)]
Percent = Annotated[float, msgspec.Meta(ge=0, le=100)]
# What students see of hidden checks: a hint, only the outcome, or nothing.
Feedback = Literal["hint", "outcome", "nothing"]


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
    settings: Mapping[str, Any] = {}
    settings_hidden: Mapping[str, Any] = {}
    calibrated: Mapping[str, str] = {}
    limits: LimitsConfig = LimitsConfig()
    dates: Dates = Dates()
    late: LateConfig | None = None
