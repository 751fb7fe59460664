"""The handout's first page."""

from __future__ import annotations

import ast

from autograder.kit import Kit


def readme(kit: Kit, stub: str) -> str:
    """The text of `README.md`: tasks with their points, how to run the checks, how to hand in."""
    module = kit.module
    due = f", by {kit.dates['due']}" if "due" in kit.dates else ""
    first = kit.tasks[0]
    return f"""# {kit.title}

Fill in the {len(kit.tasks)} functions in `{module}.py`, or in the notebook `{module}.ipynb`, which
tells the story around them. The text below each function's name is the whole task. Do them in any order: no
check of one needs another to be done.

{_table(kit, stub)}

The public checks are in `test_{module}.py`; read them. The other points are for checks that you do not have.
They ask for nothing that the tasks do not say, but they call your functions with other inputs.

## Set up

You need one of the Pythons that `requirements.txt` names, on Linux, macOS or Windows. In this folder:

```
python -m pip install -r requirements.txt
```

In Colab, upload the kit's zip to the session's files and run the notebook's first cells: one of them
installs the same.

## Check your work

```
python -m pytest
python -m pytest --task {first}
```

The first runs all public checks of `{module}.py`, the second those of one task. In the notebook
the cell below each task does that. A task that you have not begun is *not
attempted*, which is not a mistake. A failed check says what it expected, what it received and what to think
about.

Where the course's wheel is installed (`python -m pip install weekly_kits-*.whl`), this is quicker:

```
kit watch
kit check
kit hint {first}
kit pack
```

The first gives a verdict on every save, the second the same once, the third one hint at a time. The last
looks the answer over as the grader would, and writes `{kit.slug}.zip`.
{_story(kit)}
## Hand in

Hand in `{module}.py` or `{module}.ipynb`{due}; the zip that `kit pack` writes holds it. Keep the
functions' names and the order of their arguments; what you add is yours. Of a notebook, cells tagged
`explore` are not graded. What you hand in may
import the standard library, NumPy, pandas, TensorFlow, Keras, scikit-learn, matplotlib{_given(kit)}.
"""


def _table(kit: Kit, stub: str) -> str:
    """Points by task, and their sums."""
    rows = ["| task | what it is | points | of these public |", "| --- | --- | ---: | ---: |"]
    sentences = {n.name: _sentence(n) for n in ast.parse(stub).body if isinstance(n, ast.FunctionDef)}
    for task in kit.tasks:
        rows.append(f"| `{task}` | {sentences[task]} | {kit.points(task):g} | {_public(kit, task):g} |")
    public = sum(_public(kit, task) for task in kit.tasks)
    return "\n".join([*rows, f"| together | | {kit.points():g} | {public:g} |"])


def _public(kit: Kit, task: str) -> float:
    return sum(check.points for check in kit.checks if check.task == task and not check.hidden)


def _sentence(function: ast.FunctionDef) -> str:
    """The first paragraph of a docstring, safe in a table's cell."""
    paragraph = (ast.get_docstring(function) or "").split("\n\n")[0]
    return " ".join(paragraph.split()).replace("|", "\\|")


def _given(kit: Kit) -> str:
    """The end of the list of what a submission may import."""
    modules = [f"`{name.removesuffix('.py')}`" for name in kit.given if name.endswith(".py")]
    return f", and the given {', '.join(modules)}" if modules else ""


def _story(kit: Kit) -> str:
    """How to run the given code, where it is a program."""
    programs = [name for name, code in kit.given.items() if name.endswith(".py") and b"__main__" in code]
    commands = "\n".join(f"python {name}" for name in programs)
    return (
        f"\nThe given code tells the story with your functions:\n\n```\n{commands}\n```\n" if programs else ""
    )
