"""What Keras need not bring along, as a kit's code and a submission tell."""

from __future__ import annotations

from collections.abc import Sequence

from ..inside.extras import EXTRAS
from ..kit import Kit
from ..records import Submission


def needless(kit: Kit) -> tuple[str, ...]:
    """For a process in which only the kit's code runs: the extras that it makes no use of."""
    code = "\n".join(content.decode() for name, content in kit.files.items() if name.endswith(".py"))
    return tuple(name for name, word in EXTRAS.items() if word not in code)


def needless_for(kit: Kit, only: Sequence[Submission]) -> tuple[str, ...]:
    """For a sandbox that is for these submissions alone: the same, unless one so much as names an extra.

    Then Keras has all of them: scikit-learn gives tables of Pandas, and what a submission imports itself is
    quicker to have where Keras has imported it before. So it is where nobody knows what is to come.
    """
    texts = (file.content.decode(errors="replace") for submission in only for file in submission.files)
    words = {*EXTRAS, *EXTRAS.values()}
    named = any(word in text for text in texts for word in words)
    return () if named or not only else needless(kit)
