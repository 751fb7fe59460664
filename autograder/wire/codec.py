"""Pack values as plain data and unpack them: a JSON tree, a blob of arrays and one table of layers.

None, booleans, integers, finite floats, strings and lists are represented as themselves in the tree. Every
other value is an object with one key, its tag. An unsupported value becomes an `UnsupportedValue`, which has
its kind and the name of its type but not its content.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from .array_blobs import BlobReader, NotAllowedError
from .decode import Unpacker
from .encode import Holder, Packed, Packer, TooLargeError
from .keras_models.rebuild import rebuild
from .unsupported import ValueKind


def pack(value: Any, known: Sequence[Any] = (), holder: Holder | None = None) -> Packed:
    """Pack any value; never raise because of its content.

    `known` are the layers and models that the other end already has. The table starts with them, in order,
    and describes their current state. An unsupported value is packed as its kind. If the value is too large
    for a frame, all of it is packed that way. `refused` of the result describes the unsupported values.

    With a `holder`, `value` is a dictionary. The holder keeps what is unsupported; if the value is too large,
    it keeps every item of the dictionary as a whole.
    """
    with suppress(TooLargeError):
        packer = Packer(known, holder)
        return packer.message(packer.tree(value))
    if holder:
        holder.forget()
        with suppress(TooLargeError):
            packer = Packer(known, holder)
            items = {name: packer.unsupported(item, ValueKind.TOO_LARGE) for name, item in value.items()}
            return packer.message({"dict": items})
        holder.forget()
    packer = Packer(())
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
