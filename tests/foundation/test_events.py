from dataclasses import FrozenInstanceError, dataclass

import pytest

from siyu.foundation.events import Event, announced, decode, encode, known_events, name_of


@announced
@dataclass(frozen=True, kw_only=True)
class LampLit(Event):
    """An event of these tests."""

    room: str
    lamp_ids: tuple[int, ...] = ()


def test_an_event_survives_storage():
    event = LampLit(program_id=2**62, room="客厅", lamp_ids=(1, 2**62))
    assert decode(name_of(event), encode(event)) == event


def test_events_are_known_by_their_name():
    assert known_events()["LampLit"] is LampLit
    with pytest.raises(KeyError):
        decode("LampBroken", "{}")


def test_the_known_events_cannot_be_changed_from_outside():
    known_events().clear()
    assert known_events()


def test_an_event_does_not_change():
    with pytest.raises(FrozenInstanceError):
        LampLit(program_id=1, room="hall").room = "kitchen"  # type: ignore[misc]


def test_a_payload_of_another_shape_is_refused():
    with pytest.raises(ValueError, match="room"):
        decode("LampLit", '{"program_id": 1}')
