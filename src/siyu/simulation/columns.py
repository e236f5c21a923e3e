"""Arrow columns made from NumPy arrays: keys, moments, decimals, columns with gaps."""

from __future__ import annotations

from datetime import date, timedelta, timezone
from hashlib import blake2b
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

# China keeps one zone without summer time since 1992, so a constant is exact here.
CHINA: Final = timezone(timedelta(hours=8))
DAY_SECONDS: Final = 86_400
_CHINA_OFFSET_SECONDS: Final = 8 * 3_600
_EPOCH: Final = date(1970, 1, 1)

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def stream(seed: int, name: str) -> np.random.Generator:
    """Return a random stream of its own, so that one part's draws never move another's."""
    word = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big")
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, word])))


def text_of(numbers: IntArray) -> pa.Array:
    """Return whole numbers as text."""
    return pa.array(numbers, pa.int64()).cast(pa.string())


def keys_of(prefix: str, numbers: IntArray, width: int) -> pa.Array:
    """Return `prefix` + the number padded with zeros to `width`; a negative number is null."""
    absent = numbers < 0
    padded = pc.utf8_lpad(text_of(np.where(absent, 0, numbers)), width, "0")
    return with_gaps(pc.binary_join_element_wise(prefix, padded, ""), absent)


def chosen(words: list[str] | tuple[str, ...], picks: npt.NDArray[Any]) -> pa.Array:
    """Return `words[pick]` for every pick; a negative pick is null."""
    absent = picks < 0
    taken = pa.array(words, pa.string()).take(pa.array(np.where(absent, 0, picks)))
    return with_gaps(taken, absent)


def with_gaps(column: pa.Array, absent: BoolArray) -> pa.Array:
    """Return the column with null where `absent` is true."""
    if not absent.any():
        return column
    return pc.if_else(pa.array(~absent), column, pa.scalar(None, column.type))


def dates_of(first_on: date, days: npt.NDArray[Any]) -> pa.Array:
    """Return `first_on` + `days` as dates; NaN is null."""
    absent = np.isnan(days) if days.dtype.kind == "f" else np.zeros(len(days), np.bool_)
    number = np.where(absent, 0, days).astype(np.int32) + (first_on - _EPOCH).days
    return pa.array(number.astype(np.int32), pa.int32(), mask=absent).cast(pa.date32())


def moments_of(first_on: date, seconds: npt.NDArray[Any]) -> pa.Array:
    """Return UTC moments of Chinese local seconds counted from `first_on` 00:00; NaN is null."""
    absent = np.isnan(seconds) if seconds.dtype.kind == "f" else np.zeros(len(seconds), np.bool_)
    start = (first_on - _EPOCH).days * DAY_SECONDS - _CHINA_OFFSET_SECONDS
    micros = (np.where(absent, 0, seconds).astype(np.int64) + start) * 1_000_000
    return pa.array(micros, pa.int64(), mask=absent).cast(pa.timestamp("us", tz="UTC"))


def decimals_of(unscaled: IntArray, kind: pa.Decimal128Type) -> pa.Array:
    """Return decimals whose unscaled integers are given (1500 at scale 3 is 1.500)."""
    words = np.empty((len(unscaled), 2), np.int64)
    words[:, 0] = unscaled
    words[:, 1] = unscaled >> 63
    return pa.Array.from_buffers(kind, len(unscaled), [None, pa.py_buffer(words)])


def ids_of(numbers: npt.NDArray[Any]) -> pa.Array:
    """Return identifiers spread over 64 bits, as those of the database are."""
    return pa.array(numbers.astype(np.int64) * 4_096 + 10**17)


def rows_of(count: int) -> pa.Array:
    """Return the line numbers of a file's data rows: the heading is line 1."""
    return pa.array(np.arange(2, count + 2, dtype=np.int64))


def parts_of(total: int, weights: FloatArray) -> IntArray:
    """Return whole parts in proportion to the weights that add up to `total`."""
    exact = weights / weights.sum() * total
    parts: IntArray = np.floor(exact).astype(np.int64)
    rest = np.argsort(parts - exact, kind="stable")[: total - int(parts.sum())]
    parts[rest] += 1
    return parts


def quantiles_of(count: int, rng: np.random.Generator) -> FloatArray:
    """Return the mid-points of `count` equal parts of (0, 1) in random order.

    They spread as evenly as a large sample does, so that small brands are skewed as large ones.
    """
    return rng.permutation((np.arange(count) + 0.5) / count)
