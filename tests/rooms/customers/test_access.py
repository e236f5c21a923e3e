"""Who sees which customers: access follows today's serving follow."""

import pytest

from siyu.foundation.errors import NotAllowed, NotFound
from siyu.rooms.customers.actions import opt_out
from siyu.rooms.customers.queries import (
    find_by_phone,
    find_customer,
    names_of_customers,
    search_own,
)
from siyu.rooms.operations.queries import audit_page
from siyu.rooms.operations.types import Viewer
from siyu.rooms.organization.queries import find_program, units_under
from siyu.rooms.organization.types import Role, UnitKind
from tests.rooms.brand import Brand, new_brand

JAN, FEB = "2025-01-01 10:00", "2025-02-01 10:00"
PHONE = "13912345678"
PEOPLE = {
    "of_ann": "高小琴",
    "of_bob": "高育良",
    "of_cat": "李达康",
    "of_nobody": "赵东来",
}


@pytest.fixture
def spread(brand: Brand) -> Brand:
    """One customer of each of three sellers in three stores, and one of nobody; all one phone."""
    other = new_brand("other")
    for one in (brand, other):
        one.sellers(
            {"key": "ann", "store_key": "n1", "region_name": "North"},
            {"key": "bob", "store_key": "n2", "region_name": "North"},
            {"key": "cat", "store_key": "s1", "region_name": "South"},
        )
        one.customers(*({"key": k, "name": n, "phone": PHONE} for k, n in PEOPLE.items()))
        for seller in ("ann", "bob", "cat"):
            one.follow(f"of_{seller}", seller, JAN)
    return brand


@pytest.fixture
def viewers(spread: Brand) -> dict[str, Viewer]:
    units = units_under(viewer=spread.owner)
    north = next(u.id for u in units if u.kind is UnitKind.REGION and u.name == "North")
    return {
        "administrator": spread.staff("root", Role.ADMINISTRATOR),
        "operator": spread.staff("olga", Role.OPERATOR),
        "region": spread.staff("rita", Role.REGION_MANAGER, north),
        "store": spread.staff("sam", Role.STORE_MANAGER, spread.store("n1")),
        "ann": spread.seller_viewer("ann"),
        "ann by link": spread.seller_viewer("ann", by_link=True),
        "cat": spread.seller_viewer("cat"),
    }


SEEN = {
    "administrator": set(PEOPLE),
    "operator": set(PEOPLE),
    "region": {"of_ann", "of_bob"},
    "store": {"of_ann"},
    "ann": {"of_ann"},
    "ann by link": {"of_ann"},
    "cat": {"of_cat"},
}


@pytest.mark.parametrize("who", sorted(SEEN))
def test_each_viewer_reaches_whom_the_own_sellers_serve(
    spread: Brand, viewers: dict[str, Viewer], who: str
):
    viewer = viewers[who]
    ids = {key: spread.customer(key) for key in PEOPLE}
    for key, customer_id in ids.items():
        if key in SEEN[who]:
            assert find_customer(viewer=viewer, customer_id=customer_id).name == PEOPLE[key]
        else:
            with pytest.raises(NotFound):
                find_customer(viewer=viewer, customer_id=customer_id)
            with pytest.raises(NotFound):
                opt_out(viewer=viewer, customer_id=customer_id, out=True)
    seen = {ids[key] for key in SEEN[who]}
    assert set(find_by_phone(viewer=viewer, phone=PHONE)) == seen
    names = names_of_customers(viewer=viewer, customer_ids=ids.values())
    assert names == {ids[key]: PEOPLE[key] for key in SEEN[who]}


def test_nobody_reaches_another_program(spread: Brand, viewers: dict[str, Viewer]):
    other = Brand(find_program(code="other"))
    strangers = [other.customer(key) for key in PEOPLE]
    for viewer in viewers.values():
        assert not set(find_by_phone(viewer=viewer, phone=PHONE)) & set(strangers)
        assert names_of_customers(viewer=viewer, customer_ids=strangers) == {}
        for customer_id in strangers:
            with pytest.raises(NotFound):
                find_customer(viewer=viewer, customer_id=customer_id)


def test_an_analyst_sees_no_persons(spread: Brand):
    analyst = spread.staff("ada", Role.ANALYST)
    customer_id = spread.customer("of_ann")
    for refused in (
        lambda: find_customer(viewer=analyst, customer_id=customer_id),
        lambda: find_by_phone(viewer=analyst, phone=PHONE),
        lambda: names_of_customers(viewer=analyst, customer_ids=[customer_id]),
        lambda: search_own(viewer=analyst, text="高"),
        lambda: opt_out(viewer=analyst, customer_id=customer_id, out=True),
    ):
        with pytest.raises(NotAllowed):
            refused()


class TestHandOver:
    def test_who_handed_her_over_no_longer_sees_her(
        self, spread: Brand, viewers: dict[str, Viewer]
    ):
        customer_id = spread.customer("of_ann")
        spread.follow("of_ann", "cat", FEB, is_serving=True)
        for who in ("ann", "store", "region"):
            with pytest.raises(NotFound):
                find_customer(viewer=viewers[who], customer_id=customer_id)
            assert customer_id not in find_by_phone(viewer=viewers[who], phone=PHONE)
            assert names_of_customers(viewer=viewers[who], customer_ids=[customer_id]) == {}
        shown = find_customer(viewer=viewers["cat"], customer_id=customer_id)
        assert shown.serving_seller_id == spread.seller("cat")
        assert search_own(viewer=viewers["ann"], text="") == []
        assert (customer_id, "高小琴") in search_own(viewer=viewers["cat"], text="")

    def test_who_left_her_no_longer_sees_her(self, spread: Brand, viewers: dict[str, Viewer]):
        spread.follow("of_ann", "ann", JAN, ended_at=FEB)
        with pytest.raises(NotFound):
            find_customer(viewer=viewers["ann"], customer_id=spread.customer("of_ann"))
        assert search_own(viewer=viewers["ann"], text="高") == []

    def test_a_friend_who_does_not_serve_does_not_see_her(
        self, spread: Brand, viewers: dict[str, Viewer]
    ):
        spread.follow("of_ann", "cat", FEB, is_serving=False)
        with pytest.raises(NotFound):
            find_customer(viewer=viewers["cat"], customer_id=spread.customer("of_ann"))

    def test_a_store_manager_follows_the_sellers_of_the_store(
        self, spread: Brand, viewers: dict[str, Viewer]
    ):
        spread.sellers({"key": "ann", "store_key": "s1"}, {"key": "cat", "store_key": "n1"})
        assert viewers["store"].unit_ids == {spread.store("n1")}
        with pytest.raises(NotFound):
            find_customer(viewer=viewers["store"], customer_id=spread.customer("of_ann"))
        find_customer(viewer=viewers["store"], customer_id=spread.customer("of_cat"))


class TestSearchOwn:
    @pytest.fixture
    def ann(self, spread: Brand) -> Viewer:
        spread.customers(
            {"key": "a2", "name": "高小凤"}, {"key": "a3", "name": "Alice Gao"}, {"key": "a4"}
        )
        spread.customers({"key": "a5", "name": "阿高"})
        for key in ("a2", "a3", "a4", "a5"):
            spread.follow(key, "ann", JAN)
        return spread.seller_viewer("ann")

    def found(self, viewer: Viewer, text: str, **more: int) -> list[str]:
        return [name for _, name in search_own(viewer=viewer, text=text, **more)]

    def test_a_seller_finds_own_customers_by_a_part_of_the_name(self, ann: Viewer):
        assert self.found(ann, "高") == ["阿高", "高小凤", "高小琴"]
        assert self.found(ann, "小琴") == ["高小琴"]
        assert self.found(ann, "gao") == self.found(ann, "LICE") == ["Alice Gao"]

    def test_the_customers_of_others_are_not_found(self, ann: Viewer):
        assert self.found(ann, "育良") == []
        assert self.found(ann, "达康") == []

    def test_no_more_than_the_limit(self, ann: Viewer):
        assert self.found(ann, "", limit=2) == self.found(ann, "")[:2]

    def test_managers_do_not_search_by_name(self, ann: Viewer, viewers: dict[str, Viewer]):
        for who in ("administrator", "operator", "region", "store"):
            assert search_own(viewer=viewers[who], text="高") == []


class TestOptOut:
    def test_a_seller_notes_that_a_customer_wants_no_marketing(
        self, spread: Brand, viewers: dict[str, Viewer]
    ):
        customer_id = spread.customer("of_ann")
        opt_out(viewer=viewers["ann"], customer_id=customer_id, out=True)
        assert find_customer(viewer=spread.owner, customer_id=customer_id).opted_out
        entry = audit_page(viewer=spread.owner)[0]
        assert (entry.action, entry.subject) == ("opt out", f"customer {customer_id}")
        assert entry.actor_id == viewers["ann"].staff_id
        opt_out(viewer=viewers["ann"], customer_id=customer_id, out=False)
        assert not find_customer(viewer=spread.owner, customer_id=customer_id).opted_out
        assert audit_page(viewer=spread.owner)[0].action == "opt in"

    def test_no_file_takes_it_back(self, spread: Brand, viewers: dict[str, Viewer]):
        told = {"key": "of_ann", "name": "高小琴", "phone": PHONE, "opted_out": False}
        spread.customers(told)
        customer_id = spread.customer("of_ann")
        opt_out(viewer=viewers["ann"], customer_id=customer_id, out=True)
        for file in (told, told | {"city": "京州"}, told | {"opted_out": True}, told):
            spread.customers(file)
            shown = find_customer(viewer=spread.owner, customer_id=customer_id)
            assert shown.opted_out
        assert shown.city == "京州"
