"""What a kit declares is imported, and each trick can be switched off and changes nothing else."""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from autograder.examiner.client import Examiner
from autograder.models import Submission, SubmittedFile
from autograder.sandbox.guest import startup
from autograder.sandbox.guest.startup import (
    MAX_FONT_LIST,
    TFE_MODULE,
    TFE_OPTION,
    VARIABLE,
    Trick,
    disabled_tricks,
    freeze_gc,
    hide_from_keras,
    import_scipy_stats_lazily,
    new_font_lists,
    preload,
    run_operations_directly,
    without_gc,
    write_font_lists,
)

ROOT = Path(__file__).parents[3]
# TensorFlow names the function, where there is one, in the message of a failure.
MULTIPLIES = b"""
import tensorflow as tf

try:
    tf.raw_ops.MatMul(a=tf.ones([2, 3]), b=tf.ones([2, 3]))
except tf.errors.InvalidArgumentError as error:
    print(error)
"""
# A module that nothing else here imports.
EXTRA = "colorsys"
Import = Callable[[str], object]


@pytest.fixture(autouse=True)
def _garbage_collection_as_before() -> Iterator[None]:
    """These tests change the garbage collection of the process that runs them."""
    yield
    gc.unfreeze()
    gc.enable()


@pytest.fixture
def option(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """A stand-in for TensorFlow's option; the list has what it was set to when TensorFlow starts."""
    values: list[bool] = []
    module = ModuleType(TFE_MODULE)
    setattr(module, TFE_OPTION, lambda options, enable: values.append(enable))
    monkeypatch.setitem(sys.modules, TFE_MODULE, module)
    return values


def start_tensorflow() -> None:
    getattr(sys.modules[TFE_MODULE], TFE_OPTION)("options", True)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package `slow` whose module `slow.part` leaves a file behind when its code runs."""
    (tmp_path / "slow").mkdir()
    (tmp_path / "slow" / "__init__.py").write_text("import slow.part\n")
    code = f"import pathlib\npathlib.Path({str(tmp_path / 'ran')!r}).touch()\n\n\ndef mode():\n    return 7\n"
    (tmp_path / "slow" / "part.py").write_text(code)
    monkeypatch.setattr(startup, "LAZY_MODULE", "slow.part")
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("slow", "slow.part"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return tmp_path


@pytest.fixture
def import_in(monkeypatch: pytest.MonkeyPatch) -> Import:
    """Import the extra anew in the code of a module of some name."""

    def import_in(importer: str) -> object:
        monkeypatch.delitem(sys.modules, EXTRA, raising=False)
        names: dict[str, object] = {"__name__": importer}
        exec(f"import {EXTRA}", names)
        return names[EXTRA]

    return import_in


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", ()),
        ("font-lists", (Trick.FONT_LISTS,)),
        (" font-lists, direct-operations,", (Trick.FONT_LISTS, Trick.DIRECT_OPERATIONS)),
        ("all", tuple(Trick)),
    ],
)
def test_the_environment_switches_tricks_off(value, expected, monkeypatch):
    monkeypatch.setenv(VARIABLE, value)
    assert disabled_tricks() == expected


def test_an_unknown_trick_is_refused(monkeypatch):
    monkeypatch.setenv(VARIABLE, "magic")
    with pytest.raises(ValueError, match=r"KIT_DISABLED_TRICKS: expected names among .*found magic"):
        disabled_tricks()


def test_what_is_declared_is_imported_in_order(tmp_path, monkeypatch):
    (tmp_path / "declared.py").write_text("")
    (tmp_path / "declared_too.py").write_text("import sys\n\nassert 'declared' in sys.modules\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    preload(["declared", "declared_too"])
    assert "declared_too" in sys.modules


SWITCHED: dict[Trick, str] = {
    Trick.DIRECT_OPERATIONS: "option",
    Trick.LAZY_SCIPY_STATS: "lazy",
    Trick.KERAS_WITHOUT_EXTRAS: "hidden",
    Trick.NO_GC_WHILE_IMPORTING: "paused",
}


@pytest.mark.parametrize("trick", [None, *SWITCHED])
def test_each_trick_can_be_switched_off_alone(trick, option, package, monkeypatch):
    """`trick` does not happen, and every other one does."""
    (package / "keras").mkdir()
    for name in ("keras", "keras.src"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    (package / "keras" / "__init__.py").write_text("")
    code = f"import gc\n\nPAUSED = not gc.isenabled()\ntry:\n    import {EXTRA}\n    HIDDEN = False\n"
    (package / "keras" / "src.py").write_text(code + "except ImportError:\n    HIDDEN = True\n")
    monkeypatch.delitem(sys.modules, EXTRA, raising=False)
    preload(["slow", "keras.src"], [EXTRA], [trick] if trick else [])
    start_tensorflow()
    imported = importlib.import_module("keras.src")
    happened = {
        "option": option == [False],
        "lazy": not (package / "ran").exists(),
        "hidden": imported.HIDDEN,
        "paused": imported.PAUSED,
    }
    assert happened == {name: of != trick for of, name in SWITCHED.items()}
    for name in ("keras", "keras.src"):
        sys.modules.pop(name)


@pytest.mark.needs("bubblewrap")
@pytest.mark.xdist_group("week09_transfer")
def test_in_a_sandbox_no_function_is_made_of_an_operation(warm: Callable[[Path, str], Examiner]) -> None:
    files = (SubmittedFile("transfer.py", MULTIPLIES),)
    said = warm(ROOT, "week09_transfer").examine(Submission("ada", files, sha256="0")).output
    assert "Matrix size-incompatible" in said
    assert "function_node" not in said


def test_tensorflows_option_is_false_whatever_it_asks_for(option):
    for _ in range(2):
        run_operations_directly()
    start_tensorflow()
    assert option == [False]


@pytest.mark.parametrize("present", [True, False])
def test_another_tensorflow_or_none_is_left_alone(present, monkeypatch):
    monkeypatch.delitem(sys.modules, TFE_MODULE, raising=False)
    if present:
        monkeypatch.setitem(sys.modules, TFE_MODULE, ModuleType(TFE_MODULE))
    run_operations_directly()
    assert not hasattr(sys.modules.get(TFE_MODULE), TFE_OPTION)


def test_a_lazy_module_runs_at_its_first_use(package):
    """Also when that comes after the imports, whoever imports it then."""
    with import_scipy_stats_lazily():
        slow = importlib.import_module("slow")
    assert not (package / "ran").exists()
    part = importlib.import_module("slow.part")
    assert part is slow.part
    assert part.mode() == 7
    assert (package / "ran").exists()


def test_afterwards_imports_are_not_lazy(package):
    finders = list(sys.meta_path)
    with import_scipy_stats_lazily():
        pass
    assert sys.meta_path == finders
    importlib.import_module("slow")
    assert (package / "ran").exists()


def test_a_lazy_module_that_is_missing_cannot_be_imported(package):
    (package / "slow" / "part.py").unlink()
    with import_scipy_stats_lazily(), pytest.raises(ModuleNotFoundError, match=r"slow\.part"):
        importlib.import_module("slow")


def test_only_keras_does_not_find_an_extra(import_in):
    """Afterwards, Keras finds it too."""
    with hide_from_keras([EXTRA]):
        assert import_in("lesson")
        with pytest.raises(ModuleNotFoundError, match="hidden from Keras"):
            import_in("keras.src.wrappers.fixes")
    assert import_in("keras.src.wrappers.fixes")


def test_keras_finds_what_is_not_named(import_in):
    with hide_from_keras(["another"]):
        assert import_in("keras.src.wrappers.fixes")


@pytest.mark.parametrize("enabled", [True, False])
def test_garbage_collection_is_paused_and_is_then_as_before(enabled):
    if not enabled:
        gc.disable()
    with without_gc():
        assert not gc.isenabled()
    assert gc.isenabled() == enabled


def test_what_was_imported_is_collected_no_more():
    kept = [[] for _ in range(10)]
    threshold = gc.get_threshold()
    freeze_gc()
    assert not any(found is kept for found in gc.get_objects())
    assert (gc.isenabled(), gc.get_threshold()) == (True, threshold)


def test_font_lists_lie_in_matplotlibs_folder_and_new_ones_are_found(tmp_path, monkeypatch):
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path))
    given = {"fontlist-v1.json": "old"}
    write_font_lists(given)
    assert (tmp_path / "fontlist-v1.json").read_text() == "old"
    (tmp_path / "fontlist-v2.json").write_text("new")
    (tmp_path / "matplotlibrc").write_text("")
    assert new_font_lists(given) == {"fontlist-v2.json": "new"}
    (tmp_path / "fontlist-v1.json").write_text("repaired")
    assert new_font_lists(given) == {"fontlist-v1.json": "repaired", "fontlist-v2.json": "new"}


def test_a_font_list_too_large_for_a_message_is_left_out(tmp_path, monkeypatch):
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path))
    (tmp_path / "fontlist-v1.json").write_text("-" * MAX_FONT_LIST)
    assert new_font_lists({}) == {}


def test_without_a_folder_there_is_no_font_list(monkeypatch):
    monkeypatch.delenv("MPLCONFIGDIR", raising=False)
    assert new_font_lists({}) == {}
