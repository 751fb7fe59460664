"""Pack values as plain data, and unpack them: a JSON tree, a blob for arrays, one table of layers a message.

None, booleans, integers, finite floats, strings and lists stand for themselves in the tree; everything else
is an object with one key, its tag. What does not cross becomes an `UnsupportedValue`: its kind and the name
of its type, not its content.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .arrays import BlobReader, NotAllowedError
from .decode import Unpacker
from .encode import Packed, Packer, TooLargeError
from .rebuild import rebuild
from .unsupported import ValueKind


def pack(value: object, known: Sequence[Any] = ()) -> Packed:
    """Pack any value; never raise for what is in it.

    `known` are the layers and models that the other end holds already: the table starts with them, in order,
    and tells their present state. What does not cross is packed as its kind, the whole value when it is too
    large for a frame; `refused` of the result says what.
    """
    try:
        packer = Packer(known)
        return packer.message(packer.tree(value))
    except TooLargeError:
        packer = Packer(())
        return packer.message(packer.unsupported(value, ValueKind.TOO_LARGE))


def unpack(head: object, blob: bytes, known: Sequence[Any] = ()) -> tuple[Any, tuple[Any, ...]]:
    """Return the value in a message, and the layers of its table in order.

    `known` are this end's own layers for the first entries of the table: they are brought to the state that
    the message tells, in place; all others are constructed. Raises NotAllowedError for what is not
    listed.
    """
    if type(head) is not dict or set(head) != {"layers", "value"} or type(head["layers"]) is not list:
        raise NotAllowedError("A message must have a table of layers and a value.")
    reader = BlobReader(blob)
    objects = rebuild(head["layers"], reader, known) if known or head["layers"] else ()
    value = Unpacker(reader, objects).value(head["value"])
    reader.finish()
    return value, objects
