"""Files and notebooks as students hand them in: one table says what each gives, graded and at home."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import pytest
from handins.at_home import AtHome

from autograder.examiner.client import Examiner
from autograder.models import Outcome, Report, ReviewReason, Status, Submission, SubmittedFile
from autograder.submissions.file_selection import select

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
SLUG, MODULE = "week09_transfer", "transfer"
TASKS = ("build_base", "copy_layers", "drop_top", "freeze", "add_softmax", "build_transfer_model")
Tasks = Mapping[str, tuple[Outcome, str]]

pytestmark = [
    pytest.mark.xdist_group(SLUG),
    pytest.mark.needs("bubblewrap"),
]


@dataclass(frozen=True)
class HandIn:
    """One file and what it gives: points of 100, or None where it cannot be read.

    `remark` is a part of the report's message, "" where it says nothing. `tasks` has the tasks that lose
    points: the outcome of the first check that is lost, and a part of its message.
    """

    name: str
    score: float | None = 100
    remark: str = ""
    review: tuple[ReviewReason, ...] = ()
    tasks: Tasks = field(default_factory=lambda: MappingProxyType({}))

    @property
    def path(self) -> Path:
        """Where the file is."""
        return HERE / ("notebooks" if self.name.endswith(".ipynb") else "files") / self.name

    @property
    def content(self) -> bytes:
        """What is handed in."""
        return self.path.read_bytes()


def failed(**messages: str) -> Tasks:
    """Tasks that fail, each with a part of its message."""
    return {task: (Outcome.FAILED, message) for task, message in messages.items()}


def not_attempted(*tasks: str) -> Tasks:
    """Tasks that are as they were handed out."""
    return {task: (Outcome.NOT_ATTEMPTED, f"`{task}` is not written yet.") for task in tasks}


ABOVE_STUB, OTHER_KIT = ReviewReason.ANSWER_ABOVE_STUB, ReviewReason.OTHER_KIT
NOT_STUB = ReviewReason.ZERO_BUT_NOT_STUB
LEFT_IN_PLACE = "was left in place below the answer. The answer counts."
NO_CLASS_OF_FUNCTIONS = {task: f"no function `{task}`; found one in the class `Transfer`" for task in TASKS}
NOT_HERE = {
    task: f"`{task}` is not defined."
    for task in ("build_base", "copy_layers", "drop_top", "build_transfer_model")
}

FILES = [
    HandIn("declared_latin_1.py"),
    HandIn("exported_from_colab.py"),
    HandIn("floatx_float64.py"),
    HandIn("own_initializer.py"),
    HandIn("plots_its_network.py"),
    HandIn("reads_beside_its_file.py"),
    HandIn("reads_inputs_folder.py"),
    HandIn("renamed_arguments.py"),
    HandIn("answers_above_the_stubs.py", 100, LEFT_IN_PLACE, (ABOVE_STUB,)),
    HandIn("nothing_attempted.py", 0, tasks=not_attempted(*TASKS)),
    HandIn(
        "only_a_class.py",
        0,
        "found the class Transfer. Are the answers in another form?",
        (NOT_STUB,),
        failed(**NO_CLASS_OF_FUNCTIONS),
    ),
    HandIn("another_weeks_file.py", 34, "is it for another kit?", (OTHER_KIT,), failed(**NOT_HERE)),
    HandIn(
        "async_functions.py",
        82,
        tasks=failed(build_base="The answer of build_base is a coroutine: is `async` needed?"),
    ),
    HandIn(
        "leftover_raise.py",
        82,
        tasks=failed(build_base="The line `raise NotImplementedError` is still there in `build_base`"),
    ),
    HandIn(
        "calls_an_unwritten_task.py",
        66,
        tasks={
            **not_attempted("drop_top"),
            **failed(
                build_transfer_model="`build_transfer_model` calls `drop_top`, which is not written yet."
            ),
        },
    ),
    HandIn(
        "calls_what_keras_does_not_have.py",
        86,
        tasks=failed(copy_layers="copy_layers raised NotImplementedError: Model Sequential does not have a"),
    ),
    HandIn(
        "says_what_it_does_not_do.py",
        64,
        tasks=failed(
            freeze="freeze raised NotImplementedError: only for one layer",
            build_transfer_model="build_transfer_model raised NotImplementedError: only for one layer",
        ),
    ),
    HandIn(
        "renamed_task.py",
        84,
        tasks=failed(freeze="`freeze` is not defined; found `freeze_model`. Did you rename it?"),
    ),
    HandIn(
        "a_deleted_task.py",
        80,
        tasks=failed(build_transfer_model="`build_transfer_model` is not defined."),
    ),
    HandIn(
        "ends_the_program.py",
        64,
        tasks=failed(
            freeze="`freeze` ends the program, as `exit()` or `sys.exit()` do.",
            build_transfer_model="`build_transfer_model` ends the program, as `exit()` or `sys.exit()` do.",
        ),
    ),
    HandIn(
        "returns_a_class.py",
        82,
        tasks=failed(build_base="received the class itself. A class makes an object when it is called."),
    ),
    HandIn(
        "returns_a_function.py",
        64,
        tasks=failed(
            freeze="The answer of freeze is a function: call it, with `()`, and return what it gives",
            build_transfer_model="'function' object has no attribute 'input_shape'",
        ),
    ),
    HandIn(
        "returns_a_history.py",
        64,
        tasks=failed(
            freeze="received a History. `fit` returns its history.",
            build_transfer_model="'History' object has no attribute 'input_shape'",
        ),
    ),
    HandIn(
        "names_a_network_like_its_task.py",
        82,
        tasks=failed(build_base="`build_base` is not a function but a value of the type Sequential: does"),
    ),
    HandIn(
        "yields_its_answer.py",
        86,
        tasks=failed(copy_layers="The answer of copy_layers is a generator: return a list, not `yield`"),
    ),
    HandIn("gbk.py", None, "transfer.py:2 is not UTF-8 text: save it as UTF-8."),
    HandIn("latin_1.py", None, "transfer.py:1 is not UTF-8 text: save it as UTF-8."),
    HandIn("utf_16.py", None, "transfer.py is UTF-16, which Python does not read: save it as UTF-8."),
]
if sys.version_info < (3, 12):
    FILES.append(HandIn("python_312_fstring.py", None, "Python 3.12 and newer may read this line"))

NOTEBOOKS = [
    HandIn("a_constant_in_an_explore_cell.ipynb"),
    HandIn("answers_in_an_explore_cell.ipynb"),
    HandIn("asks_ipython.ipynb"),
    HandIn("awaits_at_the_top.ipynb"),
    HandIn("checks_itself_in_graded_cells.ipynb"),
    HandIn("colab_import_before_others.ipynb"),
    HandIn("display_call.ipynb"),
    HandIn("future_import.ipynb"),
    HandIn("guards_its_program.ipynb"),
    HandIn("helper_in_an_explore_cell.ipynb"),
    HandIn("imports_in_the_setup_cell.ipynb"),
    HandIn("magics_and_shell_lines.ipynb"),
    HandIn("writes_its_helper.ipynb"),
    HandIn("writes_its_own_module.ipynb"),
    HandIn("answers_above_the_stubs.ipynb", 100, LEFT_IN_PLACE, (ABOVE_STUB,)),
    HandIn(
        "a_cell_that_is_no_python.ipynb",
        100,
        "transfer.ipynb, code cell 2, line 1: SyntaxError: invalid syntax. This cell was left out.",
    ),
    HandIn(
        "a_line_that_raises_above_a_definition.ipynb",
        100,
        "code cell 2, line 1: NameError: name 'model' is not defined. This statement was left out. "
        "transfer.ipynb, code cell 3, line 1: ModuleNotFoundError",
    ),
    HandIn("endless_last_cell.ipynb", 100, "is there an endless loop? This statement was left out."),
    HandIn("trains_in_explore_cells.ipynb", 100, "code cell 10, line 1: NameError: name 'model' is not"),
    HandIn("no_code_but_text_cells.ipynb", None, "transfer.ipynb holds no code"),
]
HAND_INS = [*FILES, *NOTEBOOKS]
each_hand_in = pytest.mark.parametrize("hand_in", HAND_INS, ids=lambda hand_in: hand_in.name)


def test_the_table_has_every_file() -> None:
    on_disk = {path.name for folder in ("files", "notebooks") for path in (HERE / folder).iterdir()}
    new_syntax = {"python_312_fstring.py"} if sys.version_info >= (3, 12) else set()
    assert on_disk - new_syntax == {hand_in.name for hand_in in HAND_INS}


@pytest.fixture(scope="session")
def grade(warm: Callable[[Path, str], Examiner]) -> Callable[[HandIn], Report]:
    """Grades a hand-in, each once."""
    reports: dict[str, Report] = {}

    def one(hand_in: HandIn) -> Report:
        if hand_in.name not in reports:
            file = SubmittedFile(f"{MODULE}{hand_in.path.suffix}", hand_in.content)
            reports[hand_in.name] = warm(REPOSITORY, SLUG).examine(Submission("jo", (file,)))
        return reports[hand_in.name]

    return one


@each_hand_in
def test_a_hand_in_is_graded_as_the_table_says(hand_in: HandIn, grade: Callable[[HandIn], Report]) -> None:
    report = grade(hand_in)
    assert report.status == (Status.UNREADABLE if hand_in.score is None else Status.GRADED)
    assert report.score == (hand_in.score or 0)
    assert hand_in.remark in report.message
    assert bool(hand_in.remark) == bool(report.message)
    assert tuple(note.reason for note in report.review) == hand_in.review
    if hand_in.score is None:
        return
    lost = {check.task: check for check in reversed(report.checks) if check.outcome != Outcome.PASSED}
    assert set(lost) == set(hand_in.tasks)
    for task, (outcome, message) in hand_in.tasks.items():
        assert lost[task].outcome == outcome
        assert message in lost[task].message


@pytest.fixture(scope="module")
def at_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AtHome]:
    """A handout, in one warm process each for `kit watch` and for plain pytest and notebooks."""
    folder = tmp_path_factory.mktemp("home") / SLUG
    shutil.copytree(REPOSITORY / "assignments" / SLUG, folder)
    with AtHome(folder) as home:
        yield home


# Plain pytest and notebooks take seconds for each with Keras. These differ in how they are loaded, or in what
# Keras makes of them; test_toy_hand_ins.py takes every form.
EVERYWHERE = {
    "exported_from_colab.py",
    "own_initializer.py",
    "renamed_arguments.py",
    "returns_a_history.py",
    "a_constant_in_an_explore_cell.ipynb",
    "answers_in_an_explore_cell.ipynb",
    "asks_ipython.ipynb",
    "checks_itself_in_graded_cells.ipynb",
    "endless_last_cell.ipynb",
}


@each_hand_in
def test_home_and_grader_agree(hand_in: HandIn, grade: Callable[[HandIn], Report], at_home: AtHome) -> None:
    """Public checks end the same, and what the grader remarks is said at home too."""
    report = grade(hand_in)
    everywhere = hand_in.name in EVERYWHERE
    results, said = at_home.assert_one_verdict(hand_in.name, hand_in.content, report, everywhere)
    assert bool(results.problem) == (report.status == Status.UNREADABLE)
    assert hand_in.remark in said
    if results.problem is None:
        graded = {check.name: check.outcome for check in report.checks if not check.hidden}
        assert {name: result.outcome for name, result in results.by_check.items()} == graded
        for task, (_, message) in hand_in.tasks.items():
            if (result := results.failing(task)) is not None:
                assert message in result.message


@pytest.mark.parametrize(
    ("name", "fatal", "doubtful"),
    [
        ("only_a_class.py", "found the class Transfer", ""),
        ("another_weeks_file.py", "", "is it for another kit?"),
        ("answers_above_the_stubs.ipynb", "", LEFT_IN_PLACE),
        ("nothing_attempted.py", "no task is attempted", ""),
        ("latin_1.py", "save it as UTF-8", ""),
        ("exported_from_colab.py", "", ""),
        ("a_line_that_raises_above_a_definition.ipynb", "", "ModuleNotFoundError"),
    ],
)
def test_what_the_grader_would_refuse_is_said_before_it_is_handed_in(
    name: str, fatal: str, doubtful: str, at_home: AtHome
) -> None:
    (hand_in,) = (each for each in HAND_INS if each.name == name)
    found = at_home.pack(name, hand_in.content, at_home.watch(name, hand_in.content))
    for expected, sentences in ((fatal, found.fatal), (doubtful, found.doubtful)):
        assert bool(expected) == bool(sentences)
        assert expected in " ".join(sentences)
    assert (found.written is None) == bool(fatal)


def test_pictures_in_a_notebooks_outputs_do_not_make_it_too_large(tmp_path: Path) -> None:
    """Outputs are no part of what is judged: 11 MB of them are handed in and read."""
    notebook = json.loads((HERE / "notebooks" / "display_call.ipynb").read_text(encoding="utf-8"))
    picture = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "A" * 11_000_000}}
    notebook["cells"][0]["outputs"] = [picture]
    (tmp_path / f"{MODULE}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    from autograder.kit import Kit
    from autograder.submissions.reader import read_folder

    submission = read_folder(tmp_path, Kit.load(REPOSITORY, SLUG), "jo")
    chosen = select(submission, MODULE, TASKS)
    assert chosen.problem is None
    assert sum(map(len, chosen.source.cells if chosen.source else ())) < 10_000
