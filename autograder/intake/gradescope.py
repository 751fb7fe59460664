"""Gradescope's export: `submission_metadata.yml` beside one folder a submission, named by number."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autograder.intake.tree import MEGABYTE, File, Unreadable

METADATA = "submission_metadata.yml"
# The file also holds every submission's results and history, so it may be long.
_LIMIT = 500 * MEGABYTE


@dataclass(frozen=True)
class Handin:
    """One entry of the metadata: whose folder it is (several students in a group) and when it came."""

    folder: str
    submitters: tuple[tuple[str, str], ...]  # (name, e-mail)
    created: float


def read_metadata(file: File) -> list[Handin]:
    """The entries of the metadata file; raises Unreadable when it is not what Gradescope writes."""
    import yaml  # only an export needs it

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(base):  # type: ignore[misc]
        """The safe loader; Ruby's own tags, which older exports carry, mean nothing to it."""

    Loader.add_multi_constructor("!ruby/", lambda loader, suffix, node: None)
    try:
        data = yaml.load(file.load(_LIMIT), Loader=Loader)  # noqa: S506 - derived from the safe loader
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise Unreadable(f"{file.where} is no YAML that can be read: {reason}.") from None
    if not isinstance(data, Mapping):
        raise Unreadable(f"{file.where} is not what Gradescope exports: expected one entry a submission.")
    return [_handin(str(folder), entry) for folder, entry in data.items() if isinstance(entry, Mapping)]


def _handin(folder: str, entry: Mapping[str, Any]) -> Handin:
    people = _get(entry, "submitters")
    people = [person for person in people if isinstance(person, Mapping)] if isinstance(people, list) else []
    names = tuple((str(_get(person, "name") or ""), str(_get(person, "email") or "")) for person in people)
    return Handin(folder, tuple(name for name in names if any(name)), _seconds(_get(entry, "created_at")))


def _get(entry: Mapping[str, Any], key: str) -> Any:
    """Gradescope writes Ruby symbols, `:name`, as keys."""
    return entry.get(f":{key}", entry.get(key))


def _seconds(moment: Any) -> float:
    if isinstance(moment, str):
        try:
            moment = datetime.datetime.fromisoformat(moment)
        except ValueError:
            return 0.0
    if not isinstance(moment, datetime.datetime):
        return 0.0
    return (moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)).timestamp()
