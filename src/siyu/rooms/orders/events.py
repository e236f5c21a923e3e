"""What the orders' room announces."""

from dataclasses import dataclass

from siyu.foundation.events import Event, announced


@announced
@dataclass(frozen=True, kw_only=True)
class OrderLinesWritten(Event):
    """Order lines were written; they carry this stamp."""

    stamp: int
