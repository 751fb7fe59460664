"""Read a table that people keep as CSV: detect its delimiter, and find its columns by their titles."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ...submissions.identity import without_accents

DELIMITERS = ",;\t"
# A first line for Excel that names the delimiter.
_SEPARATOR = re.compile(r'"?sep=(?P<delimiter>[^"\r\n])"?[,;\t]*\r?\n', re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"')


@dataclass(frozen=True)
class CsvTable:
    """The titles of a table's columns, and its other rows, each with the number of its line."""

    header: tuple[str, ...]
    header_line: int
    rows: tuple[tuple[int, tuple[str, ...]], ...]

    def columns(self, known: Mapping[str, Iterable[str]]) -> dict[str, list[int]]:
        """Return the indices of the columns for each field, in the order of its `known` titles.

        A field without a column is left out. Letter case, accents and punctuation do not matter.
        """
        titles = [column_title(title) for title in self.header]
        columns = {
            field: [i for name in names for i, title in enumerate(titles) if title == column_title(name)]
            for field, names in known.items()
        }
        return {field: indices for field, indices in columns.items() if indices}


def decode_csv(content: bytes) -> str:
    """Return the text of a CSV file: UTF-8, or the UTF-16 of Blackboard and of Excel's "Unicode text".

    Raises UnicodeDecodeError.
    """
    is_utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return content.decode("utf-16" if is_utf16 else "utf-8-sig")


def read_csv(text: str, *, strict: bool = False) -> CsvTable:
    """Return the table in a CSV text. Raises csv.Error, with `strict` also for text after a quoted cell.

    The delimiter is the one that the header has most of, outside of quotes. A first line `sep=;` is skipped.
    """
    separator = _SEPARATOR.match(text)
    # A title in quotes may contain a line feed.
    header = _QUOTED.sub("", text[separator.end() if separator else 0 :]).partition("\n")[0]
    delimiter = max(DELIMITERS, key=header.count)
    if separator and separator["delimiter"] in header:
        delimiter = separator["delimiter"]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict)
    if separator:
        next(reader)
    titles = tuple(cell.strip() for cell in next(reader, []))
    header_line = max(reader.line_num, 1)
    return CsvTable(titles, header_line, tuple((reader.line_num, tuple(row)) for row in reader))


def column_title(title: str) -> str:
    """Return the words of a column's title, which are equal in `E-Mail` and `e_mail`."""
    return " ".join(re.sub(r"[\W_]+", " ", without_accents(title.casefold())).split())
