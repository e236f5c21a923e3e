"""The stretches of customers in which warehouse facts are made, and their identifiers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from siyu.simulation.brand import BrandProfile
from siyu.simulation.catalogue import Catalogue
from siyu.simulation.columns import ids_of, with_gaps
from siyu.simulation.market import Market
from siyu.simulation.warehouse_sellers import SellerFacts

# More than any stretch has rows, so that numbers of two stretches never meet.
CHUNK_IDS: Final = 10**10


@dataclass(frozen=True, slots=True)
class Chunk:
    """One stretch of customers; buyers first, then who never ordered, then walk-ins."""

    number: int
    first: int
    buyers: int
    silent: int
    walk_ins: int

    @property
    def known(self) -> int:
        """Return how many have a profile."""
        return self.buyers + self.silent


@dataclass(frozen=True, slots=True)
class Plan:
    """What every stretch shares."""

    profile: BrandProfile
    seed: int
    market: Market
    catalogue: Catalogue
    sellers: SellerFacts
    directory: Path


def customer_ids(chunk: Chunk, position: npt.NDArray[Any]) -> pa.Array:
    """Return ids of customers by position in the chunk; who never ordered follows all buyers."""
    number = np.where(
        position < chunk.buyers,
        chunk.first + position,
        5 * CHUNK_IDS + chunk.first + position - chunk.buyers,
    )
    return with_gaps(ids_of(number), position >= chunk.known)


def stamps_of(chunk: Chunk, count: int) -> pa.Array:
    """Return the stamp of one stretch's rows: stretches count as written one after another."""
    return pa.array(np.full(count, chunk.number + 1, np.int64))
