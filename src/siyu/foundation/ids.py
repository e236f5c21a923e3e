"""64-bit ids, ordered by time: 41 bits of milliseconds, 10 of node, 12 of sequence."""

import secrets
import threading
import time

_EPOCH_MS = 1_704_067_200_000  # 2024-01-01T00:00:00Z
_NODE_BITS, _SEQUENCE_BITS = 10, 12
NODES = 1 << _NODE_BITS
_SEQUENCES = 1 << _SEQUENCE_BITS


class IdSource:
    """Gives ids that no other source with another node gives."""

    def __init__(self, node: int) -> None:
        self._node = node
        self._lock = threading.Lock()
        self._last_ms = 0
        self._sequence = 0

    def take(self, count: int) -> list[int]:
        """That many new ids, ascending. A clock set back is waited out by counting on."""
        with self._lock:
            ids = []
            now_ms = max(int(time.time() * 1000) - _EPOCH_MS, self._last_ms)
            sequence = self._sequence if now_ms == self._last_ms else 0
            for _ in range(count):
                if sequence == _SEQUENCES:
                    now_ms, sequence = now_ms + 1, 0
                ids.append(
                    now_ms << (_NODE_BITS + _SEQUENCE_BITS)
                    | self._node << _SEQUENCE_BITS
                    | sequence
                )
                sequence += 1
            self._last_ms, self._sequence = now_ms, sequence
            return ids


_sources = [IdSource(secrets.randbelow(NODES))]


def use_node(node: int) -> None:
    """Take ids of this node from now on; config gives each process of an installation its own."""
    _sources[:] = [IdSource(node % NODES)]


def new_id() -> int:
    """One new id."""
    return _sources[0].take(1)[0]


def new_ids(count: int) -> list[int]:
    """That many new ids, ascending."""
    return _sources[0].take(count)
