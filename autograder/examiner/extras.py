"""What Keras need not bring along, as a kit's code and submissions tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..inside.extras import EXTRAS
from ..kit import Kit
from ..records import Submission

# In a notebook any letter may be written so, and in another encoding than UTF-8 as anything.
DISGUISES = ("\\u00", "\0")


def needless(kit: Kit) -> tuple[str, ...]:
    """For a process in which only the kit's code runs: the extras that it makes no use of."""
    return _unspoken(kit.files)


def needless_for(kit: Kit, only: Sequence[Submission]) -> tuple[str, ...]:
    """For a sandbox that is for these submissions alone: what neither the given code nor one of them uses.

    Where one so much as names an extra, Keras has all of them: scikit-learn gives tables of Pandas, and what
    a submission imports itself is quicker to have where Keras has imported it before. So it is where nobody
    knows what is to come.
    """
    contents = [file.content for submission in only for file in submission.files]
    return () if not only or any(map(_may_name_one, contents)) else _unspoken(kit.given)


def _unspoken(files: Mapping[str, bytes]) -> tuple[str, ...]:
    code = "\n".join(content.decode() for name, content in files.items() if name.endswith(".py"))
    return tuple(name for name, word in EXTRAS.items() if word not in code)


def _may_name_one(content: bytes) -> bool:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return True
    return any(word in text for word in (*EXTRAS, *EXTRAS.values(), *DISGUISES))
