"""A new kit's files are complete, clean, and of the kind that the engine reads; nothing is overwritten."""

from __future__ import annotations

import ast
import doctest
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from autograder.handout.new_kit import LONGEST, Kind, Plan, PlanError, sources, write_kit
from autograder.handout.sync import compare
from autograder.kit import Kit

PROJECT = Path(__file__).parents[2]
DATES = (date(2026, 12, 7), date(2026, 12, 14))
SMALL = Plan("week11_scaling", 'Numbers of "one" size', "scaling", ("shift", "squeeze"), *DATES)
LONG = Plan("w" * LONGEST, "t" * 2 * LONGEST, "a" * LONGEST, ("b" * LONGEST, "z"), *DATES)


def of_kind(plan: Plan, kind: Kind) -> Plan:
    """The plan for a skeleton of that kind: with layers, the first task and one more are classes."""
    first, *others = plan.tasks
    layers = (first.capitalize(), first.capitalize()[:-1] + "Q", *others)
    return replace(plan, kind=kind, tasks=layers if kind == Kind.LAYER else plan.tasks)


def test_it_is_a_kit_with_points_for_every_task(toy_root: Path) -> None:
    write_kit(toy_root, SMALL)
    kit = Kit.load(toy_root, SMALL.slug)
    assert (kit.title, kit.module, kit.tasks) == (SMALL.title, SMALL.module, SMALL.tasks)
    assert (kit.dates.release, kit.dates.due) == (SMALL.release, SMALL.due)
    assert {(check.task, check.hidden) for check in kit.checks} == {
        (task, hidden) for task in kit.tasks for hidden in (False, True)
    }


def test_the_handout_is_written_with_it(toy_root: Path) -> None:
    """All three trees, and `kit sync` finds nothing left to do."""
    written = write_kit(toy_root, SMALL)
    assert {path.split(f"/{SMALL.slug}/")[0] for path in written} == {
        "autograder/kits",
        "solutions",
        "assignments",
    }
    assert all((toy_root / path).is_file() for path in written)
    assert compare(toy_root, SMALL.slug) == []


@pytest.mark.parametrize("tree", ["autograder/kits", "solutions", "assignments"])
def test_nothing_is_overwritten(tree: str, toy_root: Path) -> None:
    """A folder of that name in any tree is enough to leave all of them alone."""
    there = toy_root / tree / SMALL.slug / "mine.txt"
    there.parent.mkdir(parents=True)
    there.write_text("mine")
    before = sorted(toy_root.rglob("*"))
    with pytest.raises(PlanError, match=f"found one in {tree}"):
        write_kit(toy_root, SMALL)
    assert sorted(toy_root.rglob("*")) == before


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("plan", [SMALL, LONG], ids=["small", "long names"])
def test_what_is_written_is_clean(plan: Plan, kind: Kind, tmp_path: Path) -> None:
    """The project's linter and formatter have nothing to say, however long the names are."""
    for path, content in sources(of_kind(plan, kind)).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    for words in (["check"], ["format", "--diff"]):
        ruff = [str(Path(sys.executable).parent / "ruff"), *words, "--no-cache", "--config"]
        done = subprocess.run(
            [*ruff, str(PROJECT / "pyproject.toml"), str(tmp_path)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("kind", Kind)
def test_every_source_says_where_the_author_goes_on(kind: Kind) -> None:
    """All but the numbers, which can hold no comment."""
    for path, content in sources(of_kind(SMALL, kind)).items():
        assert b"FILL IN" in content or path.endswith(".json"), path


@pytest.mark.parametrize("kind", Kind)
def test_a_second_task_is_another_example(kind: Kind) -> None:
    plan = of_kind(SMALL, kind)
    tree = ast.parse(sources(plan)["solutions/week11_scaling/scaling.py"])
    tasks = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    assert [node.name for node in tasks] == list(plan.tasks)
    assert len({ast.get_docstring(node) for node in tasks}) == len(tasks)


def test_what_the_author_reads_stays_out_of_the_answers_stub(toy_root: Path) -> None:
    write_kit(toy_root, SMALL)
    stub = (toy_root / "assignments" / SMALL.slug / "scaling.py").read_text()
    assert "FILL IN" not in stub
    assert "std()" not in stub


def test_the_examples_in_a_task_are_true() -> None:
    """The docstring's example is what the answer returns."""
    text = sources(SMALL)["solutions/week11_scaling/scaling.py"].decode()
    names: dict[str, object] = {}
    exec(compile(ast.parse(text), "scaling.py", "exec"), names)
    runner = doctest.DocTestRunner()
    for task in SMALL.tasks:
        for example in doctest.DocTestFinder().find(names[task], task, globs=names):
            assert runner.run(example) == (0, 1)
