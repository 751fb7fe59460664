"""The zip for Gradescope without Otter: pip alone, no conda, no browser, no LaTeX."""

from __future__ import annotations

import json
from dataclasses import asdict

from ..doors.gradescope import KIT, SETTINGS, Settings
from ..kit import Kit
from .archive import pack
from .manifest import with_manifest
from .pinned import FOR_GRADING, pinned
from .wheel import Wheel

# Gradescope's default image, Ubuntu 22.04, runs Python 3.10; its universe has 3.11, and 24.04 has 3.12.
SETUP = """\
#!/usr/bin/env bash
# Installs a Python that the examiner supports and the pinned packages, outside of anybody's home.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
here=$(cd "$(dirname "$0")" && pwd)
apt-get update
for version in 3.12 3.11 3.13; do
    if apt-cache show "python$version-venv" > /dev/null 2>&1; then break; fi
done
apt-get install -y --no-install-recommends "python$version" "python$version-venv" libseccomp2
"python$version" -m venv /opt/examiner
/opt/examiner/bin/python -m pip install --no-cache-dir --require-hashes -r "$here/requirements.txt"
/opt/examiner/bin/python -m pip install --no-cache-dir --no-index --no-deps "$here"/*.whl
# Matplotlib looks for its fonts once, here, instead of before every submission.
/opt/examiner/bin/python -P -c "import matplotlib.font_manager"
# Submissions run as another user, who needs none of the examiner's files.
chmod 700 "$(/opt/examiner/bin/python -P -c 'import autograder; print(*autograder.__path__)')"
apt-get clean
rm -rf /var/lib/apt/lists/*
"""
RUN = """\
#!/usr/bin/env bash
here=$(cd "$(dirname "$0")" && pwd)
exec "${EXAMINER_PYTHON:-/opt/examiner/bin/python}" -P -m autograder.doors.gradescope "$here"
"""


def gradescope_zip(kit: Kit, wheel: Wheel, settings: Settings | None = None) -> bytes:
    """The bytes of `autograder.zip`; the same kit, wheel, lock and settings give the same bytes."""
    files = {
        "setup.sh": SETUP.encode(),
        "run_autograder": RUN.encode(),
        "requirements.txt": pinned(FOR_GRADING).encode(),
        SETTINGS: json.dumps(asdict(settings or Settings()), indent=2).encode(),
        KIT: kit.zip(),
        wheel.name: wheel.content,
    }
    return pack(with_manifest(kit, files), programs=("setup.sh", "run_autograder"))
