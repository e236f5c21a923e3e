"""Who helps a seller: rights, reach, and how it begins and ends."""

from __future__ import annotations

import pytest

from siyu.foundation.clock import utc_now
from siyu.foundation.errors import BadInput, Conflict, NotAllowed, NotFound
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.actions import spend_link
from siyu.rooms.organization.queries import viewer_of
from siyu.rooms.organization.types import Role
from siyu.rooms.sellers.actions import (
    add_assistant,
    end_assistant,
    issue_assistant_link,
    return_assistant,
)
from siyu.rooms.sellers.queries import (
    assistants_of,
    find_seller,
    names_within,
    own_seller,
    seller_ids_within,
    sellers_of_ids,
)
from siyu.rooms.sellers.types import MOST_ASSISTANTS
from tests.rooms.brand import Brand, new_brand


@pytest.fixture
def shop(brand: Brand) -> Brand:
    """Ann and Bob, who sell."""
    brand.sellers({"key": "ann", "login": "ann"}, {"key": "bob", "login": "bob"})
    return brand


def viewer_for(shop: Brand, assistant_id: int) -> Viewer:
    helpers = assistants_of(viewer=shop.owner, seller_id=shop.seller("ann"))
    (staff_id,) = [each.staff_id for each in helpers if each.id == assistant_id]
    return viewer_of(staff_id=staff_id, program_id=shop.program.id)


def test_an_assistant_reaches_her_seller_and_nobody_else(shop: Brand):
    ann = shop.seller_viewer("ann")
    helper = viewer_for(shop, add_assistant(viewer=ann, name=" 李奶奶 "))
    assert helper.role == Role.ASSISTANT
    assert own_seller(viewer=helper).id == shop.seller("ann")
    assert seller_ids_within(viewer=helper) == {shop.seller("ann")}
    assert set(sellers_of_ids(viewer=helper, seller_ids=[shop.seller("bob")])) == set()
    with pytest.raises(NotFound):
        find_seller(viewer=helper, seller_id=shop.seller("bob"))
    (shown,) = assistants_of(viewer=ann, seller_id=shop.seller("ann"))
    assert (shown.name, shown.ended_at) == ("李奶奶", None)


def test_an_assistant_has_fewer_rights_and_lets_nobody_in(shop: Brand):
    ann = shop.seller_viewer("ann")
    helper = viewer_for(shop, add_assistant(viewer=ann, name="Helper"))
    assert helper.rights == {Right.SEE_CUSTOMERS, Right.WORK_TASKS}
    with pytest.raises(NotAllowed):
        add_assistant(viewer=helper, name="Friend")
    assert len(assistants_of(viewer=ann, seller_id=shop.seller("ann"))) == 1


def test_she_signs_in_by_a_link_of_her_seller(shop: Brand):
    ann = shop.seller_viewer("ann")
    helper_id = add_assistant(viewer=ann, name="Helper")
    link = issue_assistant_link(viewer=ann, assistant_id=helper_id)
    assert link.expires_at > utc_now()
    person = spend_link(token=link.token, address="10.0.0.1")
    assert person.name == "Helper"
    assert person.id == viewer_for(shop, helper_id).staff_id


def test_what_ended_is_closed_at_once_and_may_begin_again(shop: Brand):
    ann = shop.seller_viewer("ann")
    helper_id = add_assistant(viewer=ann, name="Helper")
    staff_id = viewer_for(shop, helper_id).staff_id
    stale = viewer_for(shop, helper_id)
    end_assistant(viewer=ann, assistant_id=helper_id)
    with pytest.raises(NotAllowed):
        viewer_of(staff_id=staff_id or 0)
    with pytest.raises(NotFound):
        own_seller(viewer=stale)
    with pytest.raises(Conflict):
        issue_assistant_link(viewer=ann, assistant_id=helper_id)
    (shown,) = assistants_of(viewer=ann, seller_id=shop.seller("ann"))
    assert shown.ended_at is not None
    again = return_assistant(viewer=ann, assistant_id=helper_id)
    assert own_seller(viewer=viewer_for(shop, again)).id == shop.seller("ann")
    (shown,) = assistants_of(viewer=ann, seller_id=shop.seller("ann"))
    assert (shown.id, shown.name, shown.ended_at) == (again, "Helper", None)
    with pytest.raises(NotAllowed):
        viewer_of(staff_id=staff_id or 0)  # who found her old phone is still out
    for _ in range(2):
        with pytest.raises(Conflict):
            return_assistant(viewer=ann, assistant_id=helper_id)
    assert names_within(viewer=ann, staff_ids=[staff_id or 0]) == {staff_id: "Helper"}


def test_another_sellers_assistant_is_not_hers(shop: Brand):
    ann, bob = shop.seller_viewer("ann"), shop.seller_viewer("bob")
    helper_id = add_assistant(viewer=ann, name="Helper")
    for act in (end_assistant, return_assistant, issue_assistant_link):
        with pytest.raises(NotFound):
            act(viewer=bob, assistant_id=helper_id)
    with pytest.raises(NotFound):
        assistants_of(viewer=bob, seller_id=shop.seller("ann"))
    assert viewer_for(shop, helper_id).may(Right.WORK_TASKS)


def test_only_so_many_help_at_a_time(shop: Brand):
    ann = shop.seller_viewer("ann")
    ids = [add_assistant(viewer=ann, name=f"Helper {n}") for n in range(MOST_ASSISTANTS)]
    with pytest.raises(Conflict):
        add_assistant(viewer=ann, name="One more")
    end_assistant(viewer=ann, assistant_id=ids[0])
    add_assistant(viewer=ann, name="Another")
    with pytest.raises(Conflict):
        return_assistant(viewer=ann, assistant_id=ids[0])
    helping = [
        each
        for each in assistants_of(viewer=ann, seller_id=shop.seller("ann"))
        if each.ended_at is None
    ]
    assert len(helping) == MOST_ASSISTANTS


@pytest.mark.parametrize("name", ["", "   ", "x" * 41])
def test_a_name_must_be_one(shop: Brand, name: str):
    ann = shop.seller_viewer("ann")
    with pytest.raises(BadInput) as raised:
        add_assistant(viewer=ann, name=name)
    assert raised.value.field == "name"
    assert assistants_of(viewer=ann, seller_id=shop.seller("ann")) == []


def test_who_helps_a_seller_that_leaves_is_out_and_comes_back_with_her(shop: Brand):
    ann = shop.seller_viewer("ann")
    helping = add_assistant(viewer=ann, name="Helper")
    ended = add_assistant(viewer=ann, name="Past")
    staff = {one: viewer_for(shop, one).staff_id or 0 for one in (helping, ended)}
    end_assistant(viewer=ann, assistant_id=ended)
    shop.sellers({"key": "ann", "status": "left"})
    for staff_id in staff.values():
        with pytest.raises(NotAllowed):
            viewer_of(staff_id=staff_id)
    shop.sellers({"key": "ann", "status": "active"})
    assert viewer_of(staff_id=staff[helping]).may(Right.WORK_TASKS)
    with pytest.raises(NotAllowed):
        viewer_of(staff_id=staff[ended])


def test_her_name_is_told_within_the_reach_of_her_seller_only(shop: Brand):
    ann, bob = shop.seller_viewer("ann"), shop.seller_viewer("bob")
    helper = viewer_for(shop, add_assistant(viewer=ann, name="Helper"))
    asked = [helper.staff_id or 0, ann.staff_id or 0, bob.staff_id or 0]
    assert set(names_within(viewer=ann, staff_ids=asked)) == set(asked[:2])
    assert set(names_within(viewer=bob, staff_ids=asked)) == {bob.staff_id}
    assert set(names_within(viewer=shop.owner, staff_ids=asked)) == set(asked)


def test_headquarters_may_end_an_assistant_and_others_may_not(shop: Brand):
    ann = shop.seller_viewer("ann")
    helper_id = add_assistant(viewer=ann, name="Helper")
    manager = shop.staff("mia", Role.STORE_MANAGER, shop.store("headquarters"))
    with pytest.raises(NotAllowed):
        end_assistant(viewer=manager, assistant_id=helper_id)
    with pytest.raises(NotFound):
        end_assistant(viewer=new_brand("other").owner, assistant_id=helper_id)
    assert viewer_for(shop, helper_id).may(Right.WORK_TASKS)
    operator = shop.staff("otto", Role.OPERATOR)
    end_assistant(viewer=operator, assistant_id=helper_id)
    with pytest.raises(NotAllowed):
        viewer_for(shop, helper_id)


def test_who_left_lets_nobody_in_with_a_page_that_is_still_open(shop: Brand):
    stale = shop.seller_viewer("ann")
    helper = viewer_for(shop, add_assistant(viewer=stale, name="Helper"))
    shop.sellers({"key": "ann", "status": "left"})
    with pytest.raises(NotAllowed):
        add_assistant(viewer=stale, name="One more")
    with pytest.raises(NotFound):
        own_seller(viewer=helper)
