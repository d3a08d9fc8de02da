"""CSV downloads that a spreadsheet opens as text, never as formulas."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

# The full-width forms too: a Japanese spreadsheet takes them for the narrow ones.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
Cell = object


class _Echo:
    """Gives back what the csv writer writes, so that rows can be streamed."""

    def write(self, text: str) -> str:
        return text


def csv_response(filename: str, *, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> StreamingHttpResponse:
    """A streamed UTF-8 CSV (RFC 4180, everything quoted, byte order mark for spreadsheets) as a download."""
    disposition = content_disposition_header(as_attachment=True, filename=filename)
    return StreamingHttpResponse(
        _lines(header, rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": disposition or "attachment"},
    )


def safe_cell(value: Cell) -> str:
    """The value as text; one that a spreadsheet would take for a formula gets an apostrophe (ASVS 1.2.10)."""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return str(value)
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _lines(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    writer = csv.writer(_Echo(), quoting=csv.QUOTE_ALL)
    yield "\ufeff"
    yield writer.writerow([safe_cell(cell) for cell in header])
    for row in rows:
        yield writer.writerow([safe_cell(cell) for cell in row])
