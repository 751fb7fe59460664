"""Handouts in another language have other words around the same code, and whatever is missing is named."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder.cli import app
from autograder.handout.build import build
from autograder.handout.stub import YOUR_CODE
from autograder.handout.sync import Difference, compare, write
from autograder.kit import Kit, KitError, languages, slugs
from autograder.source_code import Definition
from autograder.submissions.notebooks.notebook import read_cells

REPOSITORY = Path(__file__).parents[2]
TRANSLATED = [(slug, language) for slug in slugs(REPOSITORY) for language in languages(REPOSITORY, slug)]

TABLE = '''
title = "求和"
about = "三个小任务。"

[tasks]
add = "返回两个数的和：`add(2, 3)` 是 5。"
mean = """
返回平均数。

结果是一个浮点数。
"""
scale = "返回一个新数组，每个元素都乘以 `factor`。"
'''
STORY = """# 求和

## 加法

<!-- task: add -->

```python
print("#" * int(add(2, 3)))
```

## 平均数

<!-- task: mean -->

## 缩放

<!-- task: scale -->
"""


@pytest.fixture
def sums(toy_root: Path) -> Path:
    """The toy kit's root, with a Chinese translation."""
    folder = toy_root / "solutions/sums/translations/zh"
    folder.mkdir(parents=True)
    (folder / "docstrings.toml").write_text(TABLE, encoding="utf-8")
    (folder / "lesson.md").write_text(STORY, encoding="utf-8")
    return toy_root


def code(source: str | bytes) -> str:
    """What a module does: its syntax tree without docstrings."""
    tree = ast.parse(source)
    for node in (tree, *(node for node in ast.walk(tree) if isinstance(node, Definition))):
        if ast.get_docstring(node):
            node.body = node.body[1:]
    return ast.dump(tree)


def change(root: Path, name: str, before: str, after: str) -> None:
    """Replace text in a file of the translation."""
    path = root / "solutions/sums/translations/zh" / name
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


@pytest.mark.parametrize(("slug", "language"), TRANSLATED)
def test_only_words_differ_from_the_kits_own_handout(slug: str, language: str) -> None:
    """The same files; the module and the graded cells do the same; all else is equal."""
    kit = Kit.load(REPOSITORY, slug)
    own, other = build(REPOSITORY, kit), build(REPOSITORY, kit, language)
    module, notebook = f"{kit.module}.py", f"{kit.module}.ipynb"
    assert set(own) == set(other)
    differ = {name for name in own if own[name] != other[name]}
    assert differ == {"README.md", "support/kit.json", module, notebook}
    assert code(own[module]) == code(other[module])
    cells = ("\n".join(read_cells(handout[notebook], "it")) for handout in (own, other))
    assert code(next(cells)) == code(next(cells))
    told = (json.loads(handout["support/kit.json"]) for handout in (own, other))
    assert next(told) | {"title": "", "language": language} == next(told) | {"title": ""}


@pytest.mark.parametrize(("slug", "language"), TRANSLATED)
def test_every_docstring_is_another(slug: str, language: str) -> None:
    kit = Kit.load(REPOSITORY, slug)
    own, other = (ast.parse(build(REPOSITORY, kit, name)[f"{kit.module}.py"]) for name in ("en", language))
    for before, after in zip(own.body, other.body, strict=True):
        if isinstance(before, Definition) and before.name in kit.tasks:
            assert isinstance(after, Definition)
            assert ast.get_docstring(before) != ast.get_docstring(after)
            for method, same in zip(before.body, after.body, strict=True):
                if isinstance(method, Definition) and (told := ast.get_docstring(method)):
                    assert isinstance(same, Definition)
                    assert told != ast.get_docstring(same)


@pytest.mark.parametrize(("slug", "language"), TRANSLATED)
def test_the_comments_of_stubs_are_translated(slug: str, language: str) -> None:
    kit = Kit.load(REPOSITORY, slug)
    module = build(REPOSITORY, kit, language)[f"{kit.module}.py"].decode()
    assert YOUR_CODE not in module


def test_docstrings_and_story_are_the_translations(sums: Path) -> None:
    handout = build(sums, Kit.load(sums, "sums"), "zh")
    tree = ast.parse(handout["sums.py"])
    docstrings = [ast.get_docstring(node) for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert ast.get_docstring(tree) == "三个小任务。"
    assert docstrings[:2] == ["返回两个数的和：`add(2, 3)` 是 5。", "返回平均数。\n\n结果是一个浮点数。"]
    assert "# 求和" in handout["sums.ipynb"].decode()
    assert "| `add` | 返回两个数的和：`add(2, 3)` 是 5。 | 5 | 2 |" in handout["README.md"].decode()


def test_a_docstring_may_end_with_a_quote(sums: Path) -> None:
    change(sums, "docstrings.toml", 'about = "三个小任务。"', "about = '三个\"小任务\"'")
    module = build(sums, Kit.load(sums, "sums"), "zh")["sums.py"]
    assert ast.get_docstring(ast.parse(module)) == '三个"小任务"'


def test_it_is_written_below_the_language_and_compared_like_the_other(sums: Path) -> None:
    write(sums, "sums")
    (sums / "assignments/zh/sums/sums.py").write_text("answer = 42\n")
    assert compare(sums, "sums") == [Difference("assignments/zh/sums/sums.py", "changed")]


def test_what_is_left_of_a_language_that_was_given_up_is_removed(sums: Path) -> None:
    write(sums, "sums")
    for path in (sums / "solutions/sums/translations/zh").iterdir():
        path.unlink()
    (sums / "solutions/sums/translations/zh").rmdir()
    changed = {difference.path for difference in write(sums, "sums") if difference.kind != "stray"}
    # It lists the files of a handout, among them the catalogue.
    assert changed == {"assignments/sums/support/kit.json"}
    assert compare(sums, "sums") == []


@pytest.mark.parametrize(
    ("name", "before", "after", "problem"),
    [
        (
            "docstrings.toml",
            "scale =",
            "other =",
            r"expected the translation of scale in \[tasks\], found none",
        ),
        ("docstrings.toml", "scale =", "other =", r"expected add, mean, scale in \[tasks\], found other"),
        (
            "docstrings.toml",
            "[tasks]",
            "tasks = 1\n[other]",
            r"expected the translation of add in \[tasks\], found none",
        ),
        ("docstrings.toml", "about =", "about_it =", "expected the translation of about, found none"),
        ("docstrings.toml", "title =", "name =", "expected the translation of title, found none"),
        ("docstrings.toml", "[tasks]", "[tasks", "this is not TOML"),
        ("docstrings.toml", "结果", ">>> mean([3])\n3", r"expected in mean in \[tasks\] the examples"),
        ("docstrings.toml", "结果", r"\\n", "expected no backslash"),
        ("lesson.md", "<!-- task: mean -->", "", "expected a section with <!-- task: mean -->, found none"),
        ("lesson.md", '"#" * int', '"#" + int', "expected the code of the kit's own lesson.md"),
        ("lesson.md", "add(2, 3)", "add(3, 2)", "expected the code of the kit's own lesson.md"),
        ("lesson.md", "## 缩放", "缩放", "expected a heading ## before the task scale"),
    ],
)
def test_what_is_missing_or_strange_is_named(
    name: str, before: str, after: str, problem: str, sums: Path
) -> None:
    change(sums, name, before, after)
    with pytest.raises(KitError, match=problem) as raised:
        build(sums, Kit.load(sums, "sums"), "zh")
    assert f"solutions/sums/translations/zh/{name}" in str(raised.value)


def test_everything_that_is_missing_is_named_at_once(sums: Path) -> None:
    change(sums, "docstrings.toml", "add =", "# add =")
    change(sums, "lesson.md", "<!-- task: scale -->", "")
    result = CliRunner().invoke(app, ["sync", "--check", "--root", str(sums)])
    assert result.exit_code == 1
    assert "translation of add" in result.output
    assert "<!-- task: scale -->" in result.output


def test_a_folder_that_is_no_language_is_named(sums: Path) -> None:
    (sums / "solutions/sums/translations/Chinese").mkdir()
    with pytest.raises(KitError, match="two letters, such as zh, found Chinese"):
        languages(sums, "sums")


def test_a_kit_without_a_language_that_others_have_is_named(sums: Path) -> None:
    """It is no difference: sync ends well."""
    for tree in ("autograder/kits", "solutions"):
        (sums / tree / "plain").mkdir()
        for path in (sums / tree / "sums").iterdir():
            if path.is_file():
                (sums / tree / "plain" / path.name).write_bytes(path.read_bytes())
    result = CliRunner().invoke(app, ["sync", "--root", str(sums)])
    assert result.exit_code == 0, result.output
    assert "plain has no handout in zh" in result.output
    assert "sums has no handout" not in result.output
