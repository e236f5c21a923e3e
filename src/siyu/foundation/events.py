"""Facts that one room announces and higher rooms react to."""

from dataclasses import dataclass

import msgspec


@dataclass(frozen=True, kw_only=True)
class Event:
    """A fact that happened; subclasses are frozen dataclasses of plain values."""

    program_id: int


_known: dict[str, type[Event]] = {}


def announced(event: type[Event]) -> type[Event]:
    """Class decorator: makes an event known by its name, so that it can be stored and read."""
    _known[event.__name__] = event
    return event


def name_of(event: Event) -> str:
    """The name under which an event is stored."""
    return type(event).__name__


def encode(event: Event) -> str:
    """An event's stored form, JSON."""
    return msgspec.json.encode(event).decode()


def decode(name: str, payload: str) -> Event:
    """The event of a stored form; raises KeyError for a name that nothing announces."""
    return msgspec.json.decode(payload, type=_known[name])


def known_events() -> dict[str, type[Event]]:
    """Every event by name."""
    return dict(_known)
