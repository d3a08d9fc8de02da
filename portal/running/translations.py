"""Compiles translations without gettext's programs, which a machine with only Python does not have."""

import ast
import struct
from collections.abc import Iterator
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent.parent
_MAGIC = 0x950412DE
_CONTEXT_MARK = "\x04"


def compile_all(folder: Path = _ROOT / "locale") -> None:
    """Write the .mo beside every .po that is newer than it."""
    for source in folder.glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            partial = target.with_suffix(".mo.tmp")
            partial.write_bytes(binary(dict(messages(source.read_text(encoding="utf-8")))))
            partial.replace(target)


def messages(text: str) -> Iterator[tuple[str, str]]:
    """Key and translation of every entry that is translated and not fuzzy, as the GNU MO format wants them."""
    for block in text.split("\n\n"):
        lines = [line for line in block.splitlines() if not line.startswith("#~")]
        if any(line.startswith("#,") and "fuzzy" in line for line in lines):
            continue
        fields = _fields(lines)
        translated = [fields[name] for name in sorted(fields) if name.startswith("msgstr")]
        if "msgid" not in fields or not all(translated):
            continue
        key = "\0".join(fields[name] for name in ("msgid", "msgid_plural") if name in fields)
        if "msgctxt" in fields:
            key = fields["msgctxt"] + _CONTEXT_MARK + key
        yield key, "\0".join(translated)


def _fields(lines: list[str]) -> dict[str, str]:
    """Keyword to text of one entry; a text may go on over several quoted lines."""
    fields: dict[str, str] = {}
    keyword = ""
    for line in lines:
        if line.startswith("msg"):
            keyword, line = line.split(" ", 1)  # noqa: PLW2901 - the rest of the line is the first piece of text
            fields[keyword] = ""
        if line.startswith('"') and keyword:
            # PO's escapes are those of C, of which Python's string literals are a superset.
            fields[keyword] += ast.literal_eval(line)
    return fields


def binary(entries: dict[str, str]) -> bytes:
    """The MO file: header, two tables of (length, offset) sorted by key, the texts."""
    pairs = sorted((key.encode(), value.encode()) for key, value in entries.items())
    start = 28 + 16 * len(pairs)
    texts = b""
    tables: list[list[int]] = [[], []]
    for column in (0, 1):
        for pair in pairs:
            tables[column] += [len(pair[column]), start + len(texts)]
            texts += pair[column] + b"\0"
    header = struct.pack("<7I", _MAGIC, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0)
    return header + struct.pack(f"<{4 * len(pairs)}I", *tables[0], *tables[1]) + texts
