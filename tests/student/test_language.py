"""A new user's way through a Chinese handout meets no English word outside code and names."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages.pofile import write_po
from terminal import Terminal
from typer.testing import CliRunner

from autograder import language
from autograder.cli import app
from autograder.handout.build import build
from autograder.handout.message_catalogues import catalogue_path, kit_messages, missing, update
from autograder.handout.sync import write_files
from autograder.kit import Kit
from autograder.student.handout import Handout

TOY = Path(__file__).parents[1] / "toy"
COMMAND = (sys.executable, "-c", "from autograder.cli import main; main()")
DOCSTRINGS = """
title = "求和"
about = "三个小任务。"

[tasks]
add = "返回两个数的和：`add(2, 3)` 是 5。"
mean = "返回平均数。"
scale = "返回一个新数组，每个元素都乘以 `factor`。"
"""
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
# Tasks, files, commands, Python and its libraries, and what the student's own code says.
NAMES = {
    "add",
    "answer",
    "mean",
    "scale",
    "sums",
    "py",
    "ipynb",
    "kit",
    "pack",
    "hint",
    "zip",
    "README",
    "md",
    "Python",
    "NumPy",
    "wrong",
    "max",
}
# What Python says of `wrong`.
SAID_BY_PYTHON = {"NameError", "name", "is", "not", "defined"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The toy kit's handout in Chinese."""
    root = Path(shutil.copytree(TOY, tmp_path / "repository"))
    solution = root / "solutions" / "sums"
    texts = solution / "translations" / "zh"
    texts.mkdir(parents=True)
    (texts / "docstrings.toml").write_text(DOCSTRINGS, encoding="utf-8")
    (texts / "lesson.md").write_text(STORY, encoding="utf-8")
    path = catalogue_path(solution, "zh")
    messages = kit_messages(root, Kit.load(root, "sums"))
    catalogue = update(path, "zh", messages)
    for number, message in enumerate(missing(catalogue), 1):
        catalogue[message].string = f"第 {number} 句"
    with path.open("wb") as file:
        write_po(file, catalogue)
    handout = tmp_path / "sums"
    write_files(build(root, Kit.load(root, "sums"), "zh"), handout)
    return handout


def english(text: str) -> set[str]:
    """The words of Latin letters in a text that are no names."""
    return set(re.findall(r"[A-Za-z]{2,}", text)) - NAMES


def answer(folder: Path, **bodies: str) -> None:
    """Write the answer with these bodies of its functions."""
    functions = {"add": "left, right", "mean": "numbers", "scale": "numbers, factor"}
    text = "".join(
        f"def {name}({arguments}):\n    {bodies.get(name, 'raise NotImplementedError()')}\n\n\n"
        for name, arguments in functions.items()
    )
    (folder / "sums.py").write_text(text, encoding="utf-8")


def test_from_the_first_save_to_the_packed_answer(folder, terminal, student_environment):
    environment = {**student_environment, "LANG": "C.UTF-8"}
    seen = []
    watch = terminal(folder, *COMMAND, "watch", environment=environment)
    seen.append(watch.wait_for("公开分数", "0/4", "未作答", "正在监视 sums.py 和 sums.ipynb"))
    answer(folder, add="return left + right")
    seen.append(watch.wait_for("2/4", "add 已完成。", "下一个：mean"))
    answer(folder, add="return left + right", mean="return float(numbers.max())")
    seen.append(watch.wait_for("预期", "实际得到", "sums.py:"))
    watch.press("h")
    seen.append(watch.wait_for("提示 1/4", "第"))
    answer(folder, add="return wrong")
    seen.append(watch.wait_for("抛出"))
    watch.press("o")
    seen.append(watch.wait_for("你的代码没有输出。"))
    watch.press("q")
    assert watch.end() == 0
    answer(
        folder,
        add="return left + right",
        mean="return float(numbers.mean())",
        scale="return numbers * factor",
    )
    for command, text in (("check", "公开检查全部通过。"), ("pack", "已生成")):
        one = terminal(folder, *COMMAND, command, environment=environment)
        seen.append(one.wait_for(text))
        assert one.end() == 0
    code = {"def", "return", "float", "numbers", "left", "right"}
    code |= SAID_BY_PYTHON
    assert [english(screen) - code for screen in seen] == [set()] * len(seen)


def test_what_the_grader_would_refuse_is_said_before_packing(
    folder: Path, terminal: Callable[..., Terminal], student_environment: dict[str, str]
) -> None:
    answer(folder, add="return left - right", mean="import torch")
    packing = terminal(folder, *COMMAND, "pack", environment={**student_environment, "LANG": "C.UTF-8"})
    screen = packing.wait_for("公开检查未通过：add", "torch", "已生成")
    assert packing.end() == 0
    has = set(Handout.read(folder).about.imports)
    said_by_python = {"ModuleNotFoundError", "No", "module", "named", "torch"}
    assert english(screen) - has - said_by_python == set()


def test_plain_pytest_explains_failed_checks(folder: Path) -> None:
    """Pytest's own words remain English."""
    answer(folder, add="return left - right", mean="return float(wrong)", scale="import sys; sys.exit()")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    rows = [line for line in result.stdout.splitlines() if line.startswith("  ")]
    assert any("预期" in row for row in rows)
    code = {"def", "return", "left", "right", "numbers", "factor", "float", "import", "sys", "exit"}
    assert english("\n".join(rows)) - code - SAID_BY_PYTHON == set()


@pytest.mark.parametrize("command", [[], ["check"], ["watch"], ["hint"], ["pack"]], ids=" ".join)
def test_the_help_of_commands(
    folder: Path, terminal: Callable[..., Terminal], student_environment: dict[str, str], command: list[str]
) -> None:
    helping = terminal(
        folder, *COMMAND, *command, "--help", environment={**student_environment, "LANG": "C.UTF-8"}
    )
    screen = helping.wait_for("用法：", "显示本说明并退出。")
    assert helping.end() == 0
    names = {"check", "watch", "help", "language", "again", "zh", "dir", "str"}
    assert english(screen) - names - {"OPTIONS", "COMMAND", "ARGS", "FOLDER", "CODE", "TASK"} == set()


@pytest.mark.parametrize(
    ("arguments", "system", "text"),
    [
        ([], "C.UTF-8", "没有任务"),
        (["--language", "en"], "zh_CN.UTF-8", "There is no task"),
        (["--language", "zh"], "C.UTF-8", "没有任务"),
    ],
)
def test_the_option_comes_before_the_handout(
    folder: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], system: str, text: str
) -> None:
    monkeypatch.setattr(language.MESSAGES, "_translations", language.MESSAGES._translations)
    monkeypatch.setenv("LANG", system)
    monkeypatch.setenv(language.VARIABLE, "")
    result = CliRunner().invoke(app, ["hint", "none", str(folder), *arguments])
    assert text in result.output


def test_the_systems_language_counts_where_a_handout_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(language.MESSAGES, "_translations", language.MESSAGES._translations)
    monkeypatch.setenv("LANGUAGE", "zh_CN:en")
    monkeypatch.setenv(language.VARIABLE, "")
    result = CliRunner().invoke(app, ["check", str(tmp_path)])
    assert "每份作业都有这个文件" in result.output
