"""Tells a kit's story for several answers, each in a fork of one process that has imported Keras: a script.

`python told.py FOLDER…`: every folder has the given code and one answer. In its fork `lesson.py` runs as
`python lesson.py` does, and what it prints is in the folder's `said.txt`.
"""

from __future__ import annotations

import os
import runpy
import sys
import traceback
from contextlib import redirect_stdout
from pathlib import Path

from autograder.sandbox.guest.startup import preload


def tell(folder: Path) -> None:
    """Run the story of one folder and end the process."""
    try:
        os.chdir(folder)
        sys.path[0] = str(folder)
        with Path("said.txt").open("w", encoding="utf-8") as said, redirect_stdout(said):
            runpy.run_path("lesson.py", run_name="__main__")
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    folders = [Path(name) for name in sys.argv[1:]]
    sys.path.insert(0, str(folders[0]))
    preload(["lesson"])  # what it imports takes longer than a story
    for folder in folders:
        process = os.fork()
        if process == 0:
            tell(folder)
        if os.waitpid(process, 0)[1] != 0:
            sys.exit(f"The story of {folder} did not come to its end.")
