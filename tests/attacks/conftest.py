"""Both kits' classes of hostile and honest submissions, graded once for all tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from attacks.graded import Attacked, begun, finished, written
from attacks.handed_in import ROOT, SLUGS, arranged, write_class
from attacks.surroundings import nothing_left_running, snapshot

from autograder.kit import Kit


@pytest.fixture(scope="session")
def classes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Attacked]:
    """Both kits' classes, graded once: with everybody, and the honest alone in processes of their own.

    All at the same time: most attacks are waited for.
    """
    folder = tmp_path_factory.mktemp("attacks")
    before = snapshot()
    names: dict[str, dict[Path, str]] = {}
    honest: dict[str, tuple[str, ...]] = {}
    for slug in SLUGS:
        names[slug], texts = arranged(slug)
        honest[slug] = tuple(student for student in texts if "-honest-" in student)
        write_class(folder / "attacked" / slug, texts)
        write_class(folder / "alone" / slug, {student: texts[student] for student in honest[slug]})
    with nothing_left_running() as survivors:
        parts = {part: begun(folder / part) for part in ("attacked", "alone")}
        attacked, alone = (finished(folder / part, runs) for part, runs in parts.items())
    left = [*survivors, *sorted(f"{path}: {what}" for path, what in snapshot().items() ^ before.items())]
    left += sorted(written(folder / "attacked") - written(folder / "alone"))
    return {
        slug: Attacked(Kit.load(ROOT, slug), names[slug], honest[slug], attacked[slug], alone[slug], left)
        for slug in SLUGS
    }
