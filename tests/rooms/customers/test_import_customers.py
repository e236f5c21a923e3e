from datetime import date

import pytest

from siyu.foundation.clock import business_day, utc_now
from siyu.rooms.customers.actions import add_unknown_customers
from siyu.rooms.customers.facts import read_customers
from siyu.rooms.customers.models import Consent
from siyu.rooms.customers.queries import (
    customer_ids_by_key,
    find_by_phone,
    find_customer,
    names_of_customers,
    opted_out_among,
)
from siyu.rooms.customers.types import CustomerView
from siyu.rooms.operations.types import ImportCounts
from tests.rooms.brand import Brand, new_brand
from tests.rooms.plain_text import places_of

NAME, PHONE = "高小琴", "13912345678"
GAO = {
    "key": "c1",
    "name": NAME,
    "phone": PHONE,
    "gender": "female",
    "born_on": date(1985, 2, 28),
    "city": "京州",
    "city_tier": 2,
    "registered_at": "2024-03-01 10:00",
    "opted_out": False,
}
_FIRST, _LAST = 0, 2**62


def counts(result: ImportCounts) -> tuple[int, int, int]:
    assert result.rejects == ()
    return (result.created, result.updated, result.unchanged)


def view(brand: Brand, key: str = "c1") -> CustomerView:
    return find_customer(viewer=brand.owner, customer_id=brand.customer(key))


def facts(brand: Brand) -> dict[int, dict[str, object]]:
    """What the warehouse is told, by customer."""
    tables = read_customers(brand.program.id, _FIRST, _LAST)
    rows = [row for table in tables for row in table.to_pylist()]
    return {row["customer_id"]: row for row in rows}


class TestImport:
    def test_a_customer_is_created_with_what_is_told(self, brand: Brand):
        assert counts(brand.customers(GAO)) == (1, 0, 0)
        shown = view(brand)
        assert (shown.name, shown.masked_phone) == (NAME, "139****5678")
        assert (shown.gender, shown.born_on, shown.city) == ("female", date(1985, 2, 28), "京州")
        assert not shown.opted_out
        assert shown.serving_seller_id is None
        (fact,) = facts(brand).values()
        assert (fact["city_tier"], fact["opted_out"], fact["is_deleted"]) == (2, False, False)
        assert fact["created_on"] == business_day(utc_now(), "Asia/Shanghai")

    def test_the_same_file_again_changes_nothing(self, brand: Brand):
        brand.customers(GAO, {"key": "c2"})
        before = facts(brand)
        assert counts(brand.customers(GAO, {"key": "c2"})) == (0, 0, 2)
        assert facts(brand) == before

    def test_what_is_told_anew_changes_and_keeps_the_customer(self, committed_brand: Brand):
        brand = committed_brand
        brand.customers(GAO, {"key": "c2"})
        before = facts(brand)
        told = {"name": "高育良", "phone": "13800001111", "city": "汉东"}
        assert counts(brand.customers(GAO | told, {"key": "c2"})) == (0, 1, 1)
        shown = view(brand)
        assert (shown.name, shown.masked_phone, shown.city) == ("高育良", "138****1111", "汉东")
        changed = brand.customer("c1")
        assert facts(brand)[changed]["stamp"] > before[changed]["stamp"]
        assert facts(brand)[brand.customer("c2")] == before[brand.customer("c2")]

    @pytest.mark.parametrize("field", [name for name in GAO if name != "key"])
    def test_a_null_keeps_what_is_known(self, brand: Brand, field: str):
        brand.customers(GAO)
        before, told = view(brand), facts(brand)
        assert counts(brand.customers(GAO | {field: None})) == (0, 0, 1)
        assert (view(brand), facts(brand)) == (before, told)

    def test_a_name_told_later_is_added(self, brand: Brand):
        brand.customers({"key": "c1"})
        assert view(brand).name == ""
        assert counts(brand.customers({"key": "c1", "name": NAME})) == (0, 1, 0)
        assert counts(brand.customers({"key": "c1", "phone": PHONE})) == (0, 1, 0)
        shown = view(brand)
        assert (shown.name, shown.masked_phone) == (NAME, "139****5678")

    def test_rows_of_one_key_are_one_customer_and_the_last_told_holds(self, brand: Brand):
        rows = ({"city": "A", "gender": "male"}, {"city": "B"}, {"gender": None, "name": NAME})
        assert counts(brand.customers(*({"key": "c1", **row} for row in rows))) == (1, 0, 0)
        shown = view(brand)
        assert (shown.city, shown.gender, shown.name) == ("B", "male", NAME)

    def test_a_changed_phone_is_no_longer_found_by_the_old_one(self, brand: Brand):
        brand.customers(GAO)
        brand.customers(GAO | {"phone": "13800001111"})
        assert find_by_phone(viewer=brand.owner, phone=PHONE) == []
        assert find_by_phone(viewer=brand.owner, phone="13800001111") == [brand.customer("c1")]


class TestKeys:
    def test_an_alias_leads_to_its_customer(self, brand: Brand):
        brand.customers(GAO | {"alias": "openid-1"}, {"key": "c1", "alias": "openid-2"})
        customer_id = brand.customer("c1")
        assert brand.customer("openid-1") == brand.customer("openid-2") == customer_id
        assert counts(brand.customers({"key": "openid-1", "city": "汉东"})) == (0, 1, 0)
        assert view(brand).city == "汉东"
        assert len(facts(brand)) == 1

    def test_an_alias_told_twice_stays_where_it_was(self, brand: Brand):
        brand.customers({"key": "c1", "alias": "a"}, {"key": "c2", "alias": "b"})
        brand.customers({"key": "c1", "alias": "a"}, {"key": "c2", "alias": "a"})
        assert brand.customer("a") == brand.customer("c1")

    def test_a_key_of_another_source_is_found_if_only_one_has_it(self, brand: Brand):
        crm, shop, pos = (Brand(brand.program, source=name) for name in ("crm", "shop", "pos"))
        crm.customers({"key": "c1"}, {"key": "c2"})
        shop.customers({"key": "c1"})
        assert shop.customer("c1") == crm.customer("c1")
        assert len(facts(brand)) == 2
        add_unknown_customers(program_id=brand.program.id, source="pos", keys=["c2", "c3"])
        assert pos.customer("c2") == crm.customer("c2")
        assert len(facts(brand)) == 3

    def test_customers_met_in_orders_are_added_once_with_nothing_but_their_key(self, brand: Brand):
        told = {"program_id": brand.program.id, "source": "file"}
        first = add_unknown_customers(keys=["x", "y", "x"], **told)
        assert set(first) == {"x", "y"}
        assert add_unknown_customers(keys=["y", "x"], **told) == first
        assert len(facts(brand)) == 2
        assert (view(brand, "x").name, view(brand, "x").gender) == ("", "unknown")

    def test_the_same_key_in_another_program_is_another_customer(self, brand: Brand):
        other = new_brand("other")
        brand.customers(GAO)
        assert customer_ids_by_key(program_id=other.program.id, source="file", keys=["c1"]) == {}
        other.customers(GAO | {"name": "另一个"})
        assert brand.customer("c1") != other.customer("c1")
        assert view(brand).name == NAME
        assert find_by_phone(viewer=brand.owner, phone=PHONE) == [brand.customer("c1")]
        stranger = other.customer("c1")
        assert names_of_customers(viewer=brand.owner, customer_ids=[stranger]) == {}


class TestPhoneKeys:
    SPELLINGS = (PHONE, f"86{PHONE}", f"+86{PHONE}", f"tel:{PHONE}", f"tel:+86{PHONE}")

    def test_every_spelling_of_a_phone_number_is_the_same_customer(self, brand: Brand):
        result = brand.customers(*({"key": key, "name": NAME} for key in self.SPELLINGS))
        assert counts(result) == (1, 0, 0)
        assert {brand.customer(key) for key in self.SPELLINGS} == set(facts(brand))
        added = add_unknown_customers(
            program_id=brand.program.id, source="file", keys=self.SPELLINGS
        )
        assert set(added) == set(self.SPELLINGS)
        assert set(added.values()) == set(facts(brand))

    def test_unknown_spellings_met_in_orders_are_one_customer(self, brand: Brand):
        added = add_unknown_customers(
            program_id=brand.program.id, source="file", keys=self.SPELLINGS
        )
        assert len(set(added.values())) == 1
        assert view(brand, PHONE).masked_phone == "139****5678"

    def test_a_phone_key_finds_the_only_customer_with_that_phone(self, brand: Brand):
        brand.customers(GAO, {"key": "c2", "phone": "13800001111"})
        assert brand.customer(f"+86{PHONE}") == brand.customer("c1")
        brand.customers({"key": "c3", "phone": PHONE})
        ids = customer_ids_by_key(program_id=brand.program.id, source="file", keys=[PHONE])
        assert ids == {}

    @pytest.mark.parametrize("key", ["1391234567", "139123456789", "23912345678", "x13912345678"])
    def test_other_numbers_are_kept_as_they_are(self, brand: Brand, key: str):
        brand.customers({"key": key})
        assert places_of(key) == ["customers_customer"]
        assert view(brand, key).masked_phone == ""


class TestPersonalData:
    def test_nothing_personal_stands_readable_in_any_table(self, brand: Brand):
        brand.sellers({"key": "ann"})
        brand.customers(GAO | {"alias": "13800001111"}, {"key": "13700002222"})
        brand.customers(GAO | {"name": "高育良"})
        brand.follow("13600003333", "ann", "2025-01-01 10:00")
        brand.follow("c1", "ann", "2025-01-01 10:00")
        brand.orders(
            {"order_key": "o1", "customer_key": "13500004444", "paid_at": "2025-01-02 10:00"},
            {"order_key": "o2", "customer_key": PHONE, "paid_at": "2025-01-02 10:00"},
        )
        brand.returns(
            {"order_key": "r1", "customer_key": "13400005555", "paid_at": "2025-01-03 10:00"}
        )
        brand.order_heads(
            {"order_key": "o3", "customer_key": "13300006666", "paid_at": "2025-01-04 10:00"}
        )
        brand.react()
        phones = [f"1{number}" for number in ("39123456", "38000011", "37000022", "36000033")]
        phones += [f"1{number}" for number in ("35000044", "34000055", "33000066")]
        assert places_of(NAME, "高育良", *phones) == []
        assert places_of("京州") == ["customers_customer"]

    def test_the_warehouse_is_told_listed_columns_only(self, brand: Brand):
        brand.customers(GAO)
        (fact,) = facts(brand).values()
        assert set(fact) == {
            "customer_id",
            "gender",
            "born_on",
            "city",
            "city_tier",
            "created_on",
            "opted_out",
            "is_deleted",
            "stamp",
        }


class TestConsent:
    def consents(self, brand: Brand) -> list[bool]:
        rows = Consent.objects.filter(customer_id=brand.customer("c1")).order_by("at", "id")
        return list(rows.values_list("given", flat=True))

    def test_an_opt_out_in_the_file_is_noted(self, brand: Brand):
        brand.customers(GAO | {"opted_out": True}, {"key": "c2"})
        assert self.consents(brand) == [False]
        ids = [brand.customer("c1"), brand.customer("c2")]
        assert opted_out_among(customer_ids=ids) == {ids[0]}

    def test_every_change_is_added_to_the_history(self, brand: Brand):
        for out in (False, True, True, False):
            brand.customers(GAO | {"opted_out": out})
        assert self.consents(brand) == [False, True]
        assert not view(brand).opted_out

    def test_who_says_nothing_consents_to_nothing_new(self, brand: Brand):
        brand.customers(GAO | {"opted_out": True})
        brand.customers(GAO | {"opted_out": None, "city": "汉东"})
        assert self.consents(brand) == [False]
        assert view(brand).opted_out
