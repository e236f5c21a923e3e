from datetime import date

import pytest

from siyu.foundation.errors import NotAllowed
from siyu.rooms.organization.actions import grant_role
from siyu.rooms.organization.queries import grants_of, staff_of
from siyu.rooms.organization.types import Role
from siyu.rooms.sellers.queries import (
    names_of_sellers,
    seller_ids_by_key,
    sellers_page,
    units_of_sellers,
    working_seller_ids,
)
from siyu.rooms.sellers.types import SellerKind, SellerStatus, SellerView
from tests.rooms.brand import Brand, new_brand
from tests.rooms.plain_text import places_of

ANN = {
    "key": "ann",
    "name": "祁同伟",
    "phone": "13911112222",
    "kind": "koc",
    "status": "paused",
    "store_key": "s1",
    "store_name": "First",
    "joined_on": date(2024, 5, 1),
}


def counts(result) -> tuple[int, int, int, int]:
    return (result.created, result.updated, result.unchanged, len(result.rejects))


def seller(brand: Brand, key: str) -> SellerView:
    found, _ = sellers_page(viewer=brand.owner, find=key)
    (one,) = found
    return one


def test_a_seller_is_created_with_what_is_told(brand: Brand):
    assert counts(brand.sellers(ANN)) == (1, 0, 0, 0)
    found = seller(brand, "ann")
    assert (found.key, found.name, found.masked_phone) == ("ann", "祁同伟", "139****2222")
    assert (found.kind, found.status) == (SellerKind.KOC, SellerStatus.PAUSED)
    assert (found.joined_on, found.unit_id) == (date(2024, 5, 1), brand.store("s1"))


def test_the_same_file_again_changes_nothing(brand: Brand):
    brand.sellers(ANN, {"key": "bob"})
    before = sellers_page(viewer=brand.owner)
    assert counts(brand.sellers(ANN, {"key": "bob"})) == (0, 0, 2, 0)
    assert sellers_page(viewer=brand.owner) == before


def test_what_is_told_anew_changes_and_keeps_the_seller(brand: Brand):
    brand.sellers(ANN)
    seller_id = brand.seller("ann")
    told = {"phone": "13922223333", "status": "active", "store_key": "s2"}
    assert counts(brand.sellers(ANN | told)) == (0, 1, 0, 0)
    found = seller(brand, "ann")
    assert (found.id, found.name) == (seller_id, "祁同伟")
    assert (found.masked_phone, found.status) == ("139****3333", SellerStatus.ACTIVE)
    assert found.unit_id == brand.store("s2")
    assert [s.id for s in sellers_page(viewer=brand.owner, find="13922223333")[0]] == [seller_id]
    assert sellers_page(viewer=brand.owner, find="13911112222") == ([], 0)


def test_what_is_not_told_stays(brand: Brand):
    brand.sellers(ANN)
    before = seller(brand, "ann")
    brand.sellers({"key": "ann"})
    assert seller(brand, "ann") == before


def test_a_new_seller_of_whom_nothing_is_told_is_an_active_guide_of_headquarters(brand: Brand):
    brand.sellers({"key": "ann"})
    found = seller(brand, "ann")
    assert (found.kind, found.status, found.name) == (
        SellerKind.GUIDE,
        SellerStatus.ACTIVE,
        "ann",
    )
    assert found.unit_id == brand.store("headquarters")


@pytest.mark.parametrize(("column", "word"), [("kind", "boss"), ("status", "asleep")])
def test_an_unknown_word_rejects_its_row_only(brand: Brand, column: str, word: str):
    result = brand.sellers({"key": "ann", column: word}, {"key": "bob"})
    assert counts(result) == (1, 0, 0, 1)
    (reject,) = result.rejects
    assert (reject.row, reject.column, reject.value) == (2, column, word)
    assert reject.code == "unknown_word"
    assert seller_ids_by_key(program_id=brand.program.id, source="file", keys=["ann"]) == {}


class TestAccounts:
    def test_a_seller_gets_an_account_without_a_password(self, brand: Brand):
        brand.sellers(ANN)
        viewer = brand.seller_viewer("ann")
        assert viewer.role is Role.SELLER
        assert viewer.staff_id is not None
        account = staff_of(staff_id=viewer.staff_id)
        assert (account.login, account.name) == ("main-ann", "祁同伟")

    def test_a_seller_signs_in_by_the_login_that_is_told(self, brand: Brand):
        brand.sellers(ANN | {"login": "annie"})
        viewer = brand.seller_viewer("ann")
        assert staff_of(staff_id=viewer.staff_id or 0).login == "annie"

    def test_nobody_is_given_the_account_of_another_person(self, brand: Brand):
        """A file that names the administrator's login would else open that account by a link."""
        root = brand.staff("root", Role.ADMINISTRATOR)
        result = brand.sellers({"key": "ann", "login": "root"}, {"key": "bob"})
        assert counts(result) == (1, 0, 0, 1)
        (reject,) = result.rejects
        assert (reject.column, reject.value, reject.code) == ("login", "root", "login_taken")
        assert [grant.role for grant in grants_of(staff_id=root.staff_id or 0)] == [
            Role.ADMINISTRATOR
        ]
        staff_ids = {one.staff_id for one in sellers_page(viewer=brand.owner)[0]}
        assert root.staff_id not in staff_ids

    def test_who_left_may_not_enter_until_she_is_back(self, brand: Brand):
        brand.sellers(ANN)
        viewer = brand.seller_viewer("ann")
        brand.sellers(ANN | {"status": "left"})
        with pytest.raises(NotAllowed):
            brand.seller_viewer("ann")
        assert counts(brand.sellers(ANN | {"status": "left", "store_key": "s2"})) == (0, 1, 0, 0)
        with pytest.raises(NotAllowed):
            brand.seller_viewer("ann")
        brand.sellers(ANN | {"status": "active"})
        assert brand.seller_viewer("ann") == viewer

    def test_who_had_left_before_the_first_file_may_not_enter(self, brand: Brand):
        brand.sellers(ANN | {"status": "left"}, {"key": "bob"})
        with pytest.raises(NotAllowed):
            brand.seller_viewer("ann")
        assert brand.seller_viewer("bob").role is Role.SELLER

    def test_a_role_that_headquarters_gave_outlives_the_seller(self, brand: Brand):
        """Who leads a region now is no seller any more, and still works here."""
        brand.sellers(ANN)
        staff_id = brand.seller_viewer("ann").staff_id or 0
        given = {"staff_id": staff_id, "program_id": brand.program.id, "actor_id": None}
        grant_role(role=Role.ANALYST, unit_id=None, **given)
        for status in ("left", "active"):
            brand.sellers(ANN | {"status": status})
            assert [grant.role for grant in grants_of(staff_id=staff_id)] == [Role.ANALYST]

    def test_a_login_told_twice_goes_to_the_first(self, brand: Brand):
        twice = ({"key": "ann", "login": "us"}, {"key": "bob", "login": "us"})
        result = brand.sellers(*twice)
        assert counts(result) == (1, 0, 0, 1)
        assert (result.rejects[0].row, result.rejects[0].code) == (3, "login_taken")
        assert counts(brand.sellers(*twice)) == (0, 0, 1, 1)

    def test_sellers_of_two_sources_with_one_key_have_an_account_each(self, brand: Brand):
        pos = Brand(brand.program, source="pos")
        brand.sellers({"key": "ann"})
        assert counts(pos.sellers({"key": "ann"})) == (1, 0, 0, 0)
        viewers = {one.seller_viewer("ann").staff_id for one in (brand, pos)}
        assert len(viewers) == 2


class TestTwoPrograms:
    def test_the_same_key_is_another_seller(self, brand: Brand):
        other = new_brand("other")
        brand.sellers(ANN)
        other.sellers(ANN | {"name": "Another"})
        assert brand.seller("ann") != other.seller("ann")
        assert [one.name for one in sellers_page(viewer=brand.owner)[0]] == ["祁同伟"]
        assert brand.seller_viewer("ann").staff_id != other.seller_viewer("ann").staff_id
        assert sellers_page(viewer=brand.owner, find="13911112222")[1] == 1


def test_who_works_is_told_apart_from_who_does_not(brand: Brand):
    brand.sellers(ANN, {"key": "bob"}, {"key": "cat", "status": "left"}, {"key": "dan"})
    working = working_seller_ids(program_id=brand.program.id)
    assert working == sorted([brand.seller("bob"), brand.seller("dan")])


def test_names_and_units_in_one_batch(brand: Brand):
    brand.sellers(ANN)
    seller_id = brand.seller("ann")
    assert names_of_sellers(seller_ids=[seller_id, 1]) == {seller_id: "祁同伟"}
    assert units_of_sellers(seller_ids=[seller_id, 1]) == {seller_id: brand.store("s1")}


class TestPersonalData:
    def test_neither_name_nor_phone_stands_readable_anywhere(self, brand: Brand):
        brand.sellers(ANN)
        brand.sellers(ANN | {"status": "active"})
        assert places_of("祁同伟", "13911112222", "1391111") == []

    def test_a_key_that_is_a_phone_number_stands_readable_nowhere(self, brand: Brand):
        brand.sellers({"key": "13911112222", "name": "祁同伟"})
        brand.customers({"key": "c1"})
        brand.follow("c1", "13911112222", "2025-01-01 10:00")
        brand.orders(
            {"order_key": "o1", "seller_key": "13911112222", "paid_at": "2025-01-02 10:00"}
        )
        brand.react()
        assert places_of("13911112222") == []
        found = seller(brand, "13911112222")
        assert found.masked_phone == "139****2222"
        assert "13911112222" not in repr(found)
        assert brand.seller("+8613911112222") == found.id
        assert counts(brand.sellers({"key": "13911112222", "name": "祁同伟"})) == (0, 0, 1, 0)

    def test_two_spellings_of_a_phone_number_are_one_seller(self, brand: Brand):
        result = brand.sellers({"key": "13911112222"}, {"key": "8613911112222"})
        assert counts(result) == (1, 0, 0, 0)
