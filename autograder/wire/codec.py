"""Pack values as plain data and unpack them: a JSON tree, a blob of arrays and one table of layers.

None, booleans, integers, finite floats, strings and lists are represented as themselves in the tree. Every
other value is an object with one key, its tag. An unsupported value becomes an `UnsupportedValue`, which has
its kind and the name of its type but not its content.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .array_blobs import BlobReader, NotAllowedError
from .decode import Unpacker
from .encode import Hold, Packed, Packer, TooLargeError
from .keras_models.rebuild import rebuild
from .unsupported import ValueKind


def pack(value: Any, known: Sequence[Any] = (), hold: Hold | None = None) -> Packed:
    """Pack any value; never raise because of its content.

    `known` are the layers and models that the other end already has. The table starts with them, in order,
    and describes their current state. An unsupported value is packed as its kind. If the value is too large
    for a frame, all of it is packed that way. `refused` of the result describes the unsupported values.

    With `hold`, `value` is a dictionary, and what is unsupported or too large stays here: `hold` keeps it and
    returns the JSON of a handle.
    """
    try:
        packer = Packer(known, hold)
        return packer.message(packer.tree(value))
    except TooLargeError:
        packer = Packer(())
        if hold:
            return packer.message({"dict": {name: {"handle": hold(part)} for name, part in value.items()}})
        return packer.message(packer.unsupported(value, ValueKind.TOO_LARGE))


def unpack(
    head: object,
    blob: bytes,
    known: Sequence[Any] = (),
    resolve: Callable[[object], Any] | None = None,
) -> tuple[Any, tuple[Any, ...]]:
    """Return the value in a message, and the layers of its table in order.

    `known` are this end's own layers for the first entries of the table. They are updated in place to the
    state in the message; all other layers are constructed. `resolve` returns what the JSON of a handle stands
    for. Raises NotAllowedError for anything that is not listed.
    """
    if type(head) is not dict or set(head) != {"layers", "value"} or type(head["layers"]) is not list:
        raise NotAllowedError("A message must have a table of layers and a value.")
    reader = BlobReader(blob)
    objects = rebuild(head["layers"], reader, known) if known or head["layers"] else ()
    value = Unpacker(reader, objects, resolve).value(head["value"])
    reader.finish()
    return value, objects
