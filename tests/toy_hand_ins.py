"""Hand-ins for the toy kit: what students' editors, platforms and habits make of one right answer."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

IMPORT = "import numpy as np\n"
ADD = "\n\ndef add(left, right):\n    return left + right\n"
OTHERS = """

def mean(numbers):
    return float(np.mean(numbers))


def scale(numbers, factor=1):
    return numbers * factor
"""
ANSWER = IMPORT + ADD + OTHERS
WITHOUT_ADD = IMPORT + OTHERS
MOST, PUBLIC = 10, 4
ADD_POINTS, ADD_PUBLIC = 5, 2


@dataclass(frozen=True)
class ToyHandIn:
    """A file and the points of it; `told` is a part of what the student reads before handing it in."""

    name: str
    content: bytes
    score: float | None = MOST
    public: float = PUBLIC
    told: str = ""


def cell(source: Any, kind: str = "code", **metadata: Any) -> dict[str, Any]:
    """Return a cell of a notebook."""
    outputs = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "source": source, "metadata": metadata, **outputs}


def notebook(*cells: Any, minor: int = 4, **metadata: Any) -> bytes:
    """Return a notebook of sources or cells."""
    made = [cell(each) if isinstance(each, str) else each for each in cells]
    if minor >= 5:
        made = [{**each, "id": f"cell-{number}"} for number, each in enumerate(made)]
    data = {"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": minor}
    return json.dumps(data, ensure_ascii=False).encode("utf-8", "surrogatepass")


def script(name: str, text: str, told: str = "", encoding: str = "utf-8") -> ToyHandIn:
    """Return a `.py` with the whole answer."""
    return ToyHandIn(f"{name}.py", text.encode(encoding), told=told)


def lost(name: str, text: str, told: str) -> ToyHandIn:
    """Return a `.py` that cannot be read or loaded."""
    return ToyHandIn(f"{name}.py", text.encode(), None, 0, told)


def without_add(name: str, text: str, told: str) -> ToyHandIn:
    """Return a `.py` whose `add` earns nothing."""
    return ToyHandIn(f"{name}.py", text.encode(), MOST - ADD_POINTS, PUBLIC - ADD_PUBLIC, told)


def without_add_cells(name: str, *sources: Any, told: str) -> ToyHandIn:
    """Return a notebook whose `add` earns nothing."""
    return ToyHandIn(f"{name}.ipynb", notebook(*sources), MOST - ADD_POINTS, PUBLIC - ADD_PUBLIC, told)


def cells(name: str, *sources: Any, told: str = "", **more: Any) -> ToyHandIn:
    """Return a notebook with the whole answer."""
    return ToyHandIn(f"{name}.ipynb", notebook(*sources, **more), told=told)


def _scripts() -> Iterable[ToyHandIn]:
    yield script("byte order mark", "\ufeff" + ANSWER)
    yield script("windows line ends", ANSWER.replace("\n", "\r\n"))
    yield script("old macintosh line ends", ANSWER.replace("\n", "\r"))
    yield script("tabs", ANSWER.replace("    ", "\t"))
    yield lost("tabs and spaces", f"{ANSWER}    # a\n\tx = 1\n", "inconsistent use of tabs and spaces")
    yield script("declared cp1252", f"# -*- coding: cp1252 -*-\n# für\n{ANSWER}", encoding="cp1252")
    yield lost("declared unknown", f"# -*- coding: klingon -*-\n{ANSWER}", "unknown encoding: klingon")
    yield lost("pasted blanks", ANSWER.replace("    return left", "\u00a0return left"), "U+00A0")
    yield lost("a null byte", f"{ANSWER}\0", "null bytes")
    yield lost("merge conflict", f"<<<<<<< HEAD\n{ANSWER}=======\n>>>>>>> main\n", "is not Python")
    yield lost("notebook named py", notebook(ANSWER).decode(), "its name must end in .ipynb")
    yield script("percent cells", f"# %% [markdown]\n# Sums\n# %%\n{ANSWER}")
    yield script(
        "guarded program", f"{ANSWER}\nif __name__ == '__main__':\n    raise SystemExit(add(1, 2))\n"
    )
    yield lost("exits at its end", f"{ANSWER}\nexit()\n", "the code ends the program while it is loaded")
    yield lost("asks for input", f"{ANSWER}\nn = input('n? ')\n", "nobody answers `input()` here")
    yield without_add(
        "asks for input in a task",
        f"{WITHOUT_ADD}\n\ndef add(left, right):\n    return left + int(input())\n",
        "nobody answers `input()` here",
    )
    yield lost(
        "prints without end", f"{ANSWER}\nfor _ in range(180_000):\n    print('x' * 100)\n", "printed more"
    )
    yield lost("reads a file of its own", f"{ANSWER}\nopen('mine.csv').close()\n", "'mine.csv'")
    yield lost("imports a file of its own", f"import mine\n{ANSWER}", "imports mine in line 1")
    yield lost("imports from its package", f"from . import lesson\n{ANSWER}", "relative import")
    yield script("reads public inputs", f"{ANSWER}\nopen('inputs/numbers.json').close()\n")
    yield script("writes a file", f"{ANSWER}\nopen('log.txt', 'w').close()\n")
    yield script("reads itself", f"{ANSWER}\nassert 'def add' in open(__file__).read()\n")
    yield script("imports itself", f"{ANSWER}\nimport sums\n")
    yield script("shows a plot", f"{ANSWER}\nimport matplotlib.pyplot as plt\nplt.plot([1])\nplt.show()\n")
    yield script("cached by a decorator", f"{WITHOUT_ADD}\nimport functools\n\n@functools.cache{ADD[1:]}")
    yield script("another name beside", f"{WITHOUT_ADD}{ADD.replace('add', 'plus')}\nadd = plus\n")
    yield script("a lambda", f"{WITHOUT_ADD}\nadd = lambda a, b: a + b\n")
    yield script(
        "a bound method",
        f"{WITHOUT_ADD}\nclass A:\n    def add(self, a, b):\n        return a + b\nadd = A().add\n",
    )
    yield ToyHandIn(
        "caches arrays.py",
        ANSWER.replace("def mean", "@functools.cache\ndef mean")
        .replace("import", "import functools\nimport", 1)
        .encode(),
        MOST - 4,
        PUBLIC - 1,
        "raised TypeError: unhashable type",
    )
    yield script("an operator", f"{WITHOUT_ADD}\nfrom operator import add\n")
    yield script(
        "counts its calls",
        f"{WITHOUT_ADD}\ncalls = 0\n\ndef add(a, b):\n    global calls\n    calls += 1\n    return a + b\n",
    )
    yield script(
        "hints held back",
        f"from __future__ import annotations\n{WITHOUT_ADD}\n\ndef add(a: Tensor, b):\n    return a + b\n",
    )
    yield lost(
        "hints without their import",
        f"{WITHOUT_ADD}\n\ndef add(a: Tensor, b):\n    return a + b\n",
        "'Tensor' is not defined",
    )
    yield script("no standard output", f"{ANSWER}\nimport sys\nsys.stdout = None\n")
    yield without_add(
        "defined twice",
        f"{ANSWER}\n\ndef add(left, right):\n    return left - right\n",
        "Expected 5, received -1",
    )
    yield lost(
        "calls what is not written",
        f"{WITHOUT_ADD}\ndef add(left, right):\n    raise NotImplementedError('add')\n\nprint(add(1, 2))\n",
        "sums.py:14: this line calls `add`, which is not written yet",
    )
    yield without_add("async", f"{WITHOUT_ADD}\n\nasync {ADD.strip()}\n", "is `async` needed?")
    yield without_add(
        "keywords only",
        f"{WITHOUT_ADD}\n\ndef add(*, left, right):\n    return left + right\n",
        "takes 0 positional",
    )
    yield without_add(
        "indented too far",
        f"{WITHOUT_ADD}\n\ndef total(numbers):\n    return 0\n{textwrap.indent(ADD, '    ')}",
        "found one inside the function `total`",
    )
    yield without_add(
        "guarded answer",
        f"{WITHOUT_ADD}\n\nif __name__ == '__main__':\n{textwrap.indent(ADD, '    ')}",
        "move the function above it",
    )
    yield without_add(
        "without its body", f"{WITHOUT_ADD}\n\ndef add(left, right):\n    pass\n", "received None"
    )
    yield script(
        "stub left below",
        f"{ANSWER}\n\ndef add(left, right):\n    raise NotImplementedError('add')\n",
        "The answer counts.",
    )


def _odd_scripts() -> Iterable[ToyHandIn]:
    yield lost("smart quotes", f"{ANSWER}\nprint(\u201cdone\u201d)\n", "U+201C")
    yield lost("framed by a chat", f"```python\n{ANSWER}```\n", "frame of a code block")
    yield lost("told by a chat", f"Here is my solution:\n```python\n{ANSWER}```\n", "text rather than Python")
    yield lost("comment without its mark", f"{ANSWER}\nThat's all of it.\n", "text rather than Python")
    yield lost("command of a notebook", f"!pip install numpy\n{ANSWER}", "a command for notebooks")
    yield lost("command of a terminal", f"pip install -q numpy\n{ANSWER}", "a command for a terminal")
    yield lost("page named py", f"<!DOCTYPE html>\n<pre>{ANSWER}</pre>\n", "sums.py is a web page")
    yield lost("windows path", f"{ANSWER}\nopen(r'C:\\Users\\jo\\a.csv')\n", "a.csv")
    yield lost("debugger at its end", f"{ANSWER}\nbreakpoint()\n", "delete `breakpoint()`")
    yield without_add(
        "debugger in a task",
        f"{WITHOUT_ADD}\n\ndef add(left, right):\n    breakpoint()\n    return left + right\n",
        "delete `breakpoint()`",
    )
    yield script(
        "stub below a form feed and a line separator",
        f"{ANSWER}# \u2028\x1c\n\f\ndef add(left, right):\n    raise NotImplementedError\n",
        "The answer counts.",
    )
    yield script("static method", f"{WITHOUT_ADD}\n@staticmethod{ADD[1:]}")
    yield script("one of a pair", f"{WITHOUT_ADD}\nadd, _ = (lambda a, b: a + b), None\n")
    yield script(
        "object that is called",
        f"{WITHOUT_ADD}\nclass Add:\n    def __call__(self, a, b):\n        return a + b\nadd = Add()\n",
    )
    yield script(
        "thread that goes on",
        f"{ANSWER}\nimport threading, time\nthreading.Thread(target=time.sleep, args=(600,)).start()\n",
    )
    yield script("goes to its folder", f"import os\nos.chdir(os.path.dirname(__file__))\n{ANSWER}")


def _notebooks() -> Iterable[ToyHandIn]:
    yield ToyHandIn("byte order mark.ipynb", b"\xef\xbb\xbf" + notebook(ANSWER))
    yield ToyHandIn("utf 16.ipynb", notebook(ANSWER).decode().encode("utf-16"))
    yield ToyHandIn(
        "latin 1.ipynb", notebook(f"# für\n{ANSWER}").decode().encode("latin-1"), None, 0, "save it as UTF-8"
    )
    yield ToyHandIn("cut off.ipynb", notebook(ANSWER)[:-30], None, 0, "no notebook that can be read")
    yield ToyHandIn("python named ipynb.ipynb", ANSWER.encode(), None, 0, "its name must end in .py")
    yield ToyHandIn(
        "without metadata.ipynb", json.dumps({"cells": [{"cell_type": "code", "source": ANSWER}]}).encode()
    )
    yield ToyHandIn("format 3.ipynb", _format_3())
    yield cells("format 4.5", ANSWER, minor=5)
    yield cells("lists of lines", cell(ANSWER.splitlines(keepends=True)))
    yield cells("windows line ends", ANSWER.replace("\n", "\r\n"))
    yield cells("raw and text cells", cell("add = None", "raw"), ANSWER, cell("add = None", "markdown"))
    yield cells(
        "colab",
        "#@title Setup\n!pip install -q keras\nfrom google.colab import drive\n"
        "drive.mount('/content/drive')\n%cd /content/drive/MyDrive",
        ANSWER,
        colab={"provenance": []},
        accelerator="GPU",
    )
    yield cells(
        "colab changes folder",
        f"import os\nos.chdir('/content/drive')\n{ANSWER}",
        told="This statement was left out.",
    )
    yield cells("vs code", cell(ANSWER, vscode={"languageId": "python"}), language_info={"name": "python"})
    yield cells(
        "kaggle",
        "import os\nfor folder in os.walk('/kaggle/input'):\n    print(folder)",
        cell(ANSWER, **{"_kg_hide-input": True, "trusted": True}),
        kaggle={"accelerator": "none"},
    )
    yield cells(
        "deepnote", cell(ANSWER, deepnote_cell_type="code", source_hash="b1"), deepnote={"is_reactive": False}
    )
    yield cells("databricks", ANSWER, "dbutils.fs.ls('/')", told="'dbutils' is not defined")
    yield cells("timed cell", f"%%time\n{ANSWER}")
    yield cells("captured cell", f"%%capture\n{ANSWER}")
    yield cells("shell cell", "%%bash\nls | grep x", ANSWER)
    yield cells(
        "magic in a function",
        f"{WITHOUT_ADD}\n\ndef add(a, b):\n    !true\n    %timeit -n1 -r1 a\n    return a + b\n",
    )
    yield cells("exits at its end", ANSWER, "exit()", told="the code ends the program")
    yield cells("asks for input", "name = input()", ANSWER, told="nobody answers `input()` here")
    yield ToyHandIn(
        "kills its kernel.ipynb", notebook(ANSWER, "import os\nos._exit(0)"), None, 0, "while it was loaded"
    )
    yield cells(
        "shows a plot",
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1])\nplt.show()",
        ANSWER,
    )
    yield cells(
        "a package that is missing",
        "import no_such_package as nsp\nnsp.set()",
        ANSWER,
        told="no_such_package",
    )
    yield cells("asks for help", ANSWER, "add?\n?add")
    yield cells(
        "guarded answer", f"{IMPORT}if __name__ == '__main__':\n" + (ADD + OTHERS).replace("\n", "\n    ")
    )
    yield cells("imports the module", ANSWER, "from sums import add", told="")
    yield without_add_cells(
        "calls what is not written",
        WITHOUT_ADD,
        "def add(left, right):\n    raise NotImplementedError('add')",
        "print()\nprint(add(1, 2))",
        told="code cell 3, line 2: this line calls `add`, which is not written yet.",
    )
    yield without_add_cells("deleted task", ANSWER, "del add", told="`add` is not defined.")


def _odd_notebooks() -> Iterable[ToyHandIn]:
    conflict = "<<<<<<< HEAD\n{0}\n=======\n{0}\n>>>>>>> main\n"
    yield ToyHandIn(
        "git conflict.ipynb", conflict.format(notebook(ANSWER).decode()).encode(), None, 0, "a Git conflict"
    )
    yield ToyHandIn("pdf named ipynb.ipynb", b"%PDF-1.7\n%\xe2\xe3", None, 0, "sums.ipynb is a PDF")
    yield ToyHandIn(
        "in text cells only.ipynb", notebook(cell(ANSWER, "raw")), None, 0, "add, mean, scale is in"
    )
    yield without_add_cells(
        "add in a text cell", WITHOUT_ADD, cell(f"Mine:\n```python{ADD}```", "markdown"), told="type to code"
    )
    yield without_add_cells(
        "conflict in a cell", WITHOUT_ADD, conflict.format(ADD), told="keep one version, and delete the marks"
    )
    yield without_add_cells("defined again below", ANSWER, "add = lambda a, b: a - b", told="Expected 5")
    yield cells(
        "widgets and forms",
        '#@title Rate {display-mode: "form"}\nrate = 0.1 #@param {type:"slider"}\n'
        "from ipywidgets import interact\nfrom tqdm.notebook import tqdm\n"
        "@interact(x=(0, 10))\ndef show(x=1):\n    print(x)",
        ANSWER,
        widgets={"application/vnd.jupyter.widget-state+json": {"state": {}}},
    )
    yield without_add_cells("replaced by its result", ANSWER, "add = add(2, 3)", told="of the type int")
    yield without_add_cells(
        "replaced by a loop", ANSWER, "for add in [1.5, 2.5]:\n    pass", told="of the type float"
    )
    yield cells("out of memory", "many = bytearray(10 ** 15)", ANSWER, told="MemoryError")
    yield cells(
        "fails in a function of another cell",
        f"{ANSWER}\n\ndef half(x):\n    return x / 0",
        "x = 1\nhalf(x)",
        told="code cell 2, line 2: ZeroDivisionError",
    )
    yield cells("runs another notebook", "%run other.ipynb\n%load_ext autoreload", ANSWER)
    yield cells("writes a helper", f"%%writefile helper.py\n{ADD}", "from helper import add", IMPORT + OTHERS)
    yield cells(
        "writes a helper into a folder",
        "!mkdir -p parts",
        f"%%writefile parts/helper.py\n{ADD}",
        "from parts.helper import add",
        IMPORT + OTHERS,
    )
    yield cells(
        "writes a helper into Colab's folder",
        f"%%writefile /content/helper.py\n{ADD}",
        "%run /content/helper.py",
        "from helper import add",
        IMPORT + OTHERS,
    )
    yield cells("runs a helper", f"%%writefile helper.py\n{ADD}", "%run helper.py", IMPORT + OTHERS)
    yield ToyHandIn(
        "r.ipynb",
        notebook("add <- function(left, right) left + right", kernelspec={"language": "R"}),
        None,
        0,
        "holds code in R, expected Python",
    )
    yield cells("secrets of colab", "from google.colab import userdata\nuserdata.get('K')", ANSWER)


def _format_3() -> bytes:
    code = {"cell_type": "code", "input": ANSWER, "language": "python", "outputs": [], "metadata": {}}
    sheet = {"cells": [{**code, "collapsed": False, "prompt_number": 1}], "metadata": {}}
    return json.dumps(
        {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [sheet]}
    ).encode()


TOY_HAND_INS = (*_scripts(), *_odd_scripts(), *_notebooks(), *_odd_notebooks())
