"""Python text becomes a module, whole or statement by statement, and its functions are called."""

from __future__ import annotations

import builtins
import inspect
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.sandbox.guest import notebook_environment, submission
from autograder.sandbox.guest.calls import call
from autograder.sandbox.guest.submission import Loaded, TimedOut, load
from autograder.wire.call_messages import CallRequest, Failed, FailureKind, LoadRequest, Returned
from autograder.wire.codec import pack, unpack
from autograder.wire.unsupported import ValueKind, unsupported

NAME = "a_module_of_a_student"


@pytest.fixture(autouse=True)
def _leave_no_trace(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Loading is for a process of its own: what it leaves behind is undone."""
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    before, names = set(sys.modules), set(vars(builtins))
    yield
    for name in {*sys.modules} - before:
        if name == NAME or name.startswith(notebook_environment.STAND_INS):
            del sys.modules[name]
    for name in {*vars(builtins)} - names:
        delattr(builtins, name)


def load_file(text: str, seconds: float = 60) -> Loaded:
    return load(NAME, LoadRequest("transfer.py", [text], tolerant=False, seconds=seconds))


def load_cells(*cells: str, seconds: float = 60) -> Loaded:
    return load(NAME, LoadRequest("transfer.ipynb", cells, tolerant=True, seconds=seconds))


def failed_call(loaded: Loaded, function: str = "f") -> Failed:
    packed = pack(((), {}))
    reply = call(loaded, function, CallRequest(packed.head, packed.blob), lambda: None)
    assert isinstance(reply, Failed)
    return reply


def test_the_module_is_registered_before_its_code_runs():
    loaded = load_file(f"import {NAME}\nme = {NAME}\nx = 1\n")
    assert loaded.module.me is loaded.module is sys.modules[NAME]
    assert loaded.module.__name__ == NAME


def test_the_guard_of_a_program_does_not_run():
    assert load_file("if __name__ == '__main__': raise SystemExit\n").report.ok


def test_the_source_can_be_looked_at():
    text = "def f():\n    return 'a line'\n"
    assert inspect.getsource(load_file(text).module.f) == text


def test_dataclasses_and_annotations_find_their_module():
    text = (
        "from __future__ import annotations\nfrom dataclasses import dataclass\n"
        "@dataclass\nclass P:\n    x: int = 1\ndef f(): return P().x\n"
    )
    assert load_file(text).module.f() == 1


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", None),
        ("x = 1\n\nraise ValueError('no')\n", 3),
        ("def f():\n    g()\ndef g():\n    raise ValueError\nf()\n", 4),
        ("x = 1\n  y = 2\n", 2),
        ("x = '\0'", None),
        ("raise SystemExit(3)", 1),
        ("raise KeyboardInterrupt", 1),
        ("raise SyntaxError", 1),
        ("raise BaseExceptionGroup('g', [KeyboardInterrupt()])", 1),
        ("import no_such_module_anywhere", 1),
    ],
)
def test_a_file_that_raises_has_the_students_own_line(text, line):
    report = load_file(text).report
    assert report.ok == (text == "")
    assert report.line == line
    if not report.ok:
        assert report.problem.startswith("transfer.py" if line is None else f"transfer.py:{line}: ")


def test_what_stands_before_the_line_that_raises_has_run():
    assert load_file("x = 1\nraise ValueError").module.x == 1


@pytest.mark.parametrize(
    ("cells", "notes"),
    [
        (["y = z", "w = 1"], ["code cell 1, line 1: NameError: name 'z' is not defined"]),
        (["exit(", "w = 1"], ["code cell 1, line 1: SyntaxError"]),
        (["import sys; sys.exit(); w = 1"], ["code cell 1, line 1: the code ends the program"]),
        (["raise KeyboardInterrupt\nw = 1"], ["code cell 1, line 1: KeyboardInterrupt"]),
        (["a = 1", "return\nw = a"], ["code cell 2, line 1: SyntaxError: 'return' outside function"]),
        (["x = z\ny = x\nw = 1"], ["code cell 1, line 1: NameError"]),
        (["x = z\nw = 1", "y = x"], ["code cell 1, line 1: NameError", "code cell 2, line 1: NameError"]),
    ],
)
def test_a_statement_that_raises_costs_itself_alone(cells, notes):
    loaded = load_cells(*cells)
    assert loaded.module.w == 1
    assert loaded.report.ok
    for note, expected in zip(loaded.report.notes, notes, strict=True):
        assert note.startswith(f"transfer.ipynb, {expected}")


def test_one_note_speaks_of_a_whole_cell():
    assert load_cells("a = z\nb = a\nc = b").report.notes == (
        "transfer.ipynb, code cell 1, line 1: NameError: name 'z' is not defined. This statement was left "
        "out. So were 2 others in this cell.",
    )


@pytest.mark.parametrize(
    "cells",
    [
        ["from __future__ import annotations", "def f(x: Unknown): return x\nw = 1"],
        ["import asyncio\nasync def g(): return 1", "w = await g()"],
        ["w = 0\nasync def g(): return 1\nfor i in [1]:\n    w = await g()"],
        ["w = int(__name__ == '__main__')"],
        ["import sys\nsys.modules[__name__].w = 1"],
        ["from dataclasses import dataclass\n@dataclass\nclass A:\n    w: int = 1\nw = A().w"],
        ["display('x', [1]); w = 1"],
        ["get_ipython().run_line_magic('matplotlib', 'inline'); w = 1"],
        ["from IPython.display import clear_output, HTML\ndisplay(HTML('x')); clear_output(); w = 1"],
        ["from google.colab import drive, files\ndrive.mount('/content/drive'); w = 1"],
        ["import google.colab.userdata as u\nfor name in u.get('x'): pass\nw = 1"],
        ["import ipywidgets\n@ipywidgets.interact\ndef f(): return 1\nw = f()"],
        ["import otter\ngrader = otter.Notebook('x.ipynb')\ngrader.check('q1')\nw = 1"],
        [f"import {NAME} as me\nme.w = 1"],
    ],
)
def test_a_notebook_runs_as_in_jupyter(cells, monkeypatch):
    # The real package, which another test of this process may have imported.
    for name in [name for name in sys.modules if name.partition(".")[0] == "otter"]:
        monkeypatch.delitem(sys.modules, name)
    loaded = load_cells(*cells)
    assert loaded.report.notes == ()
    assert loaded.module.w == 1


def test_a_future_holds_for_later_cells_alone():
    loaded = load_cells("def f(x: int): pass", "from __future__ import annotations", "def g(x: int): pass")
    assert loaded.module.f.__annotations__ == {"x": int}
    assert loaded.module.g.__annotations__ == {"x": "int"}


@pytest.mark.parametrize(
    "endless",
    [
        "while True: pass",
        "import time; time.sleep(1000)",
        "while True:\n    try:\n        while True: pass\n    except Exception: pass",
        "try:\n    while True: pass\nexcept: pass\nwhile True: pass",
    ],
)
def test_a_statement_that_does_not_end_costs_itself_alone(endless):
    loaded = load_cells("a = 1", f"{endless}\nb = 2", endless, "c = 3", seconds=1.5)
    assert (loaded.module.a, loaded.module.b, loaded.module.c) == (1, 2, 3)
    assert all("is there an endless loop?" in note for note in loaded.report.notes)
    assert len(loaded.report.notes) == 2


def test_a_file_that_does_not_end_says_in_which_line():
    report = load_file("x = 1\nwhile True:\n    x = 2\n", seconds=0.5).report
    assert not report.ok
    assert report.problem.startswith("transfer.py:2: ")
    assert report.problem.endswith(": it did not end within 0.45 s: is there an endless loop?")


def test_functions_above_a_statement_that_does_not_end_count():
    """A long training at the end of a file costs nothing, however fast the computer is."""
    loaded = load_file("def f():\n    return 1\nwhile True:\n    pass\ndef g():\n    return 2\n", seconds=0.5)
    assert loaded.report.ok
    assert [name for name in vars(loaded.module) if name in ("f", "g")] == ["f"]
    (note,) = loaded.report.notes
    assert note.startswith("transfer.py:3: ")
    assert note.endswith("Loading stopped there, and the functions above count.")


def test_a_class_above_a_statement_that_does_not_end_counts():
    loaded = load_file("class Layer:\n    pass\nwhile True:\n    pass\n", seconds=0.5)
    assert loaded.report.ok
    assert loaded.module.Layer.__name__ == "Layer"


def test_code_is_interrupted_where_the_system_has_no_timers():
    def endless() -> None:
        with submission._asynchronous_exception(0.05):
            while True:
                pass

    with pytest.raises(TimedOut):
        endless()
    with submission._asynchronous_exception(60):
        pass


def test_an_alarm_while_the_timer_is_stopped_leaves_no_timer(monkeypatch: pytest.MonkeyPatch):
    set_timer, stops = signal.setitimer, []

    def interrupted(which, seconds, interval=0.0):
        if not seconds:
            stops.append(seconds)
            if len(stops) == 1:
                raise TimedOut
        return set_timer(which, seconds, interval)

    monkeypatch.setattr(signal, "setitimer", interrupted)
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(TimedOut), submission.time_limit(60):
        pass
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) == before


def test_another_thread_has_no_time_limit():
    def work() -> None:
        with submission.time_limit(0.001):
            done.append(threading.current_thread().name)

    done: list[str] = []
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done


def test_the_file_stands_in_the_working_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert load_file("x = __file__").module.x == str(tmp_path / f"{NAME}.py")
    assert Path(load_cells("x = __file__").module.x).parent == tmp_path


STUB = 'def g():\n    """Say."""\n    # Your code goes here.\n    raise NotImplementedError(\'g\')\n'


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        (STUB.replace("g", "f"), FailureKind.STUB, "f"),
        (
            "import functools\n@functools.cache\ndef f():\n    raise NotImplementedError\n",
            FailureKind.STUB,
            "f",
        ),
        (STUB + "def f(): return g()", FailureKind.UNWRITTEN_CALL, "g"),
        (STUB + "def h(): return g()\ndef f(): return h()", FailureKind.UNWRITTEN_CALL, "g"),
        ("def f():\n    x = 1\n    raise NotImplementedError('f')\n", FailureKind.LEFTOVER_RAISE, "f"),
        ("def g():\n    x = 1\n    raise NotImplementedError\nf = g", FailureKind.LEFTOVER_RAISE, "g"),
        ("def f():\n    if True:\n        raise NotImplementedError('flat ones')", FailureKind.RAISED, "f"),
        ("import io\ndef f(): io.IOBase().read1()\n", FailureKind.RAISED, "f"),
        ("import abc, numbers\nclass A(dict):\n    pass\ndef f(): raise KeyError", FailureKind.RAISED, "f"),
        ("import sys\ndef f(): sys.exit()", FailureKind.EXITED, "f"),
        ("def f(): return 1 / 0", FailureKind.RAISED, "f"),
        ("def f(x, y): return x", FailureKind.ARGUMENTS, "f"),
        ("def g(x): return x\nf = g", FailureKind.ARGUMENTS, "f"),
        ("f = lambda x: x", FailureKind.ARGUMENTS, "f"),
        ("f = len", FailureKind.RAISED, "f"),
        ("def g(x): return x\ndef f(): return g()", FailureKind.RAISED, "f"),
        ("def f(): raise TypeError('f() takes no arguments')", FailureKind.RAISED, "f"),
        ("def f(*rest): return len()", FailureKind.RAISED, "f"),
        ("def f_model(): pass", FailureKind.MISSING, ""),
        ("def g(): pass", FailureKind.MISSING, ""),
        ("class Answers:\n    def f(self): pass", FailureKind.METHOD, "Answers"),
        ("def g():\n    def f(): pass", FailureKind.NESTED, "g"),
        ("def g():\n    if True:\n        def f(): pass\n    return f", FailureKind.NESTED, "g"),
        ("def h():\n    def g():\n        def f(): pass", FailureKind.NESTED, "g"),
        ("def g():\n    class A:\n        def f(self): pass", FailureKind.MISSING, ""),
        ("if __name__ == '__main__':\n    def f(): pass", FailureKind.MAIN_ONLY, ""),
        ("if '__main__' == __name__:\n    for _ in 'ab':\n        def f(): pass", FailureKind.MAIN_ONLY, ""),
        ("if __name__ == '__main__':\n    def g():\n        def f(): pass", FailureKind.NESTED, "g"),
        ("if False:\n    def f(): pass", FailureKind.MISSING, ""),
        (f"if {' + '.join('1' * 700)}:\n    pass\ndef g():\n    def f(): pass", FailureKind.NESTED, "g"),
        ("def F(): pass", FailureKind.MISSING, "F"),
    ],
)
def test_a_failed_call_says_what_happened(text, kind, name):
    raised = failed_call(load_file(text))
    assert (raised.kind, raised.name) == (kind, name)


def test_a_notebook_does_not_skip_the_main_block():
    """The statement that defines the function was left out, for another reason than an import's."""
    raised = failed_call(load_cells("if __name__ == '__main__':\n    1 / 0\n    def f(): pass"))
    assert (raised.kind, raised.name) == (FailureKind.MISSING, "")


def test_the_cell_with_the_definition_may_be_any():
    """A function that is indented too far is found in every cell, also behind one that is not Python."""
    raised = failed_call(load_cells("x = 1", "def :", "def g():\n    def f(): pass"))
    assert (raised.kind, raised.name) == (FailureKind.NESTED, "g")


@pytest.mark.parametrize(
    ("function", "found"),
    [("freeze", "freeze_model"), ("build_base", "buildBase"), ("drop_top", "drop_top_layer"), ("add", "")],
)
def test_a_function_of_another_name_may_be_meant(function, found):
    names = ("freeze_model", "buildBase", "drop_top_layer", "subtract")
    text = "from os.path import join as freeze_\n" + "".join(f"def {name}(): pass\n" for name in names)
    assert failed_call(load_file(text), function).name == found


def test_an_error_inside_a_library_is_that_librarys():
    text = "import contextlib\ndef f(): contextlib.AbstractContextManager.__subclasshook__.x\n"
    assert failed_call(load_file(text)).kind == FailureKind.RAISED


@pytest.mark.parametrize("times", [(), (2,)])
def test_an_answer_that_is_too_large_is_named(times):
    """By its own type, although a reply holds the arguments, too."""
    loaded = load_file("def f(x): return [0] * 100_000")
    request = CallRequest(pack((([1],), {}, *times)).head)
    reply = call(loaded, "f", request, prepare=lambda: None)
    assert isinstance(reply, Returned)
    answer = unpack(reply.value, reply.blob)[0]["answer"]
    large = unsupported(ValueKind.TOO_LARGE, "list")
    assert answer == ([large, large] if times else large)
