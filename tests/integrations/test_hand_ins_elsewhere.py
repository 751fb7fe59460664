"""Hand-ins in any form grade the same through Otter, nbgrader and Gradescope, where these let them through.

The table in `docs/systems.md` lists which do not. Where it differs, it is rewritten and the test fails once.
"""

from __future__ import annotations

import json
import shutil
import warnings
from contextlib import chdir, nullcontext
from pathlib import Path

import pytest
from doc_tables import keep
from nbconvert.exporters import NotebookExporter
from toy_hand_ins import TOY_HAND_INS, ToyHandIn

from autograder.examiner.client import Examiner
from autograder.handout.sync import write_files
from autograder.integrations import gradescope, nbgrader
from autograder.kit import Kit

with warnings.catch_warnings():
    # Otter imports what others have deprecated.
    warnings.simplefilter("ignore")
    from otter.run import AutograderConfig
    from otter.run.run_autograder.runners.python_runner import PythonRunner

    from autograder.integrations import otter

PROJECT = Path(__file__).parents[2]
SYSTEMS = ("Otter", "nbgrader", "Gradescope")
REFUSED = "not read"
Scores = dict[str, float | None]

pytestmark = [pytest.mark.needs("bubblewrap"), pytest.mark.xdist_group("toy hand-ins")]


def test_a_hand_in_earns_the_same_in_every_system(
    toy: Kit, examiner: Examiner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a system refuses a file, its own message says so, and the table in the docs does."""
    monkeypatch.setattr(otter, "Examiner", lambda kit, level, store: nullcontext(examiner))
    monkeypatch.setattr(gradescope, "LowMemoryExaminer", lambda *options: nullcontext(examiner))
    found = {
        "Otter": {each.name: in_otter(each, toy, tmp_path / "otter") for each in TOY_HAND_INS},
        "nbgrader": {
            each.name: in_nbgrader(each, toy, examiner, tmp_path / "nbgrader") for each in TOY_HAND_INS
        },
        "Gradescope": {each.name: in_gradescope(each, toy, tmp_path / "gradescope") for each in TOY_HAND_INS},
    }
    for system, scores in found.items():
        read = {name: score for name, score in scores.items() if score is not None}
        assert read == {each.name: each.score or 0 for each in TOY_HAND_INS if each.name in read}, system
    keep(PROJECT / "docs" / "systems.md", "hand-ins", table(found))


def table(found: dict[str, Scores]) -> str:
    """Return the hand-ins that some system does not let through, as a table in Markdown."""
    rows = [f"| hand-in | {' | '.join(SYSTEMS)} |", f"| --- |{' ---: |' * len(SYSTEMS)}"]
    for hand_in in TOY_HAND_INS:
        scores = [found[system].get(hand_in.name) for system in SYSTEMS]
        if None in scores and hand_in.name.endswith(".ipynb"):
            shown = (REFUSED if score is None else f"{score:g}" for score in scores)
            rows.append(f"| {hand_in.name} | {' | '.join(shown)} |")
    return "\n".join(rows) + "\n"


def in_otter(hand_in: ToyHandIn, kit: Kit, root: Path) -> float | None:
    """Take Otter's steps up to the plugin, then those of the plugin, without a kernel."""
    shutil.rmtree(root, ignore_errors=True)
    write_files({"source/files/kit.zip": kit.zip(), "submission_metadata.json": b"{}"}, root)
    write_files({f"submission/sums{Path(hand_in.name).suffix}": hand_in.content}, root)
    config = AutograderConfig({})
    config.otter_run = True
    runner = PythonRunner(config)
    with chdir(root / "submission"):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                path = Path(runner.resolve_submission_path()).resolve()
                runner.validate_submission(str(path))
        except Exception:  # Otter ends here, with an error of nbformat's
            return None
        levels = {"run": "bubblewrap", "container": "user"}
        plugin = otter.ExaminerPlugin(str(path), {}, {"kit": "kit.zip", "isolation": levels})
        plugin.before_grading(config)
    assert plugin._examiner is not None
    with plugin._examiner as examiner:
        return examiner.examine(plugin._submission).score


def in_gradescope(hand_in: ToyHandIn, kit: Kit, root: Path) -> float | None:
    """Run Gradescope's program on its layout."""
    shutil.rmtree(root, ignore_errors=True)
    settings = json.dumps({"isolation": "user"}).encode()
    write_files({"source/kit.zip": kit.zip(), "source/examiner.json": settings}, root)
    write_files({f"submission/sums{Path(hand_in.name).suffix}": hand_in.content}, root)
    (root / "results").mkdir()
    (root / "submission_metadata.json").write_text("{}")
    assert gradescope.main(root) == 0
    score: float = json.loads((root / "results" / "results.json").read_text())["score"]
    return score


def in_nbgrader(hand_in: ToyHandIn, kit: Kit, examiner: Examiner, root: Path) -> float | None:
    """Read a notebook as nbgrader's converters do, then what was submitted as its preprocessor does."""
    shutil.rmtree(root, ignore_errors=True)
    path = root / "submitted" / "ada" / kit.slug / f"{kit.module}{Path(hand_in.name).suffix}"
    path.parent.mkdir(parents=True)
    path.write_bytes(hand_in.content)
    if path.suffix == ".py":  # nbgrader looks for notebooks
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            NotebookExporter().from_filename(str(path))
    except Exception:  # nbgrader logs the error and grades nothing
        return None
    return examiner.examine(nbgrader.read_submitted(path.parent, kit, "ada")).score
