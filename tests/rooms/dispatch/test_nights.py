"""A night and a dispatch keep out of each other's way."""

from datetime import timedelta

from siyu.rooms.dispatch.queries import find_dispatch
from siyu.rooms.outreach.actions import add_playbook, edit_playbook
from siyu.rooms.outreach.facts import read_contacts
from tests.rooms.dispatch.chain import AS_OF, DUE, NOW, new_chain, night


def test_a_night_leaves_alone_whoever_is_asked_for(transactional_db: None):
    chain = new_chain()
    playbook_id = add_playbook(viewer=chain.owner, segment_id=chain.buyers)
    edit_playbook(
        viewer=chain.owner,
        playbook_id=playbook_id,
        priority=1,
        is_enabled=True,
        texts={},
        name="Bought before",
    )
    asked = chain.call_back(unit_ids=(chain.brand.unit("north"),))
    assert chain.progress(asked).assigned == 6
    later = AS_OF + timedelta(days=1)
    night(chain.brand, later)
    rows = [
        row for part in read_contacts(chain.brand.program.id, 0, 2**62) for row in part.to_pylist()
    ]
    assert {row["customer_id"] for row in rows} == {chain.brand.customer("c1")}
    on_list = chain.call_back(key="now", due_at=DUE + timedelta(days=9))
    found = find_dispatch(viewer=chain.owner, dispatch_id=on_list, now=NOW)
    assert found.left_out == {"assigned": 6, "on_list": 1}
