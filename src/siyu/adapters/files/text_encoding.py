"""Which encoding a text file is in, told from all of its bytes."""

import codecs
from pathlib import Path

from siyu.foundation.errors import BadInput

_CHUNK_BYTES = 1 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def detect_encoding(path: Path, *, wanted: str = "auto") -> tuple[str, bool]:
    """The encoding, and whether some bytes are damaged in it.

    ``auto`` goes by the byte order mark, then strict UTF-8, then strict GB18030; where neither
    reads every byte, the one that loses fewer. Raises BadInput where the file is no text.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    if wanted == "auto" and marked is None and head.count(0) > len(head) // 10:
        raise BadInput(
            "file",
            "This is not a text file. Save it as CSV (UTF-8), XLSX or Parquet and try again.",
        )
    if wanted != "auto" or marked is not None:
        name = marked if marked and wanted in ("auto", "utf-8", "utf8") else wanted
        return name, not _reads_strictly(path, name)
    for name in ("utf-8", "gb18030"):
        if _reads_strictly(path, name):
            return name, False
    return min(("utf-8", "gb18030"), key=lambda name: _lost(path, name)), True


def _decoded(path: Path, encoding: str, errors: str) -> "list[int]":
    """The number of replacement characters in each chunk."""
    decoder = codecs.getincrementaldecoder(encoding)(errors=errors)
    counts = []
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            counts.append(decoder.decode(chunk).count("\ufffd"))
    counts.append(decoder.decode(b"", final=True).count("\ufffd"))
    return counts


def _reads_strictly(path: Path, encoding: str) -> bool:
    try:
        _decoded(path, encoding, "strict")
    except UnicodeError:
        return False
    return True


def _lost(path: Path, encoding: str) -> int:
    return sum(_decoded(path, encoding, "replace"))
