import pytest

from siyu.rooms.catalog.actions import add_unknown_products
from siyu.rooms.catalog.facts import read_categories, read_products
from siyu.rooms.catalog.queries import (
    names_of_categories,
    product_ids_by_key,
    products_of_ids,
    products_page,
)
from siyu.rooms.catalog.types import ProductView
from siyu.rooms.operations.types import ImportCounts
from tests.rooms.brand import Brand, new_brand

TEA = {"key": "p1", "name": "龙井", "category": "茶", "brand": "西湖"}


def counts(result: ImportCounts) -> tuple[int, int, int]:
    return (result.created, result.updated, result.unchanged)


def product(brand: Brand, key: str) -> ProductView:
    ids = product_ids_by_key(program_id=brand.program.id, source=brand.source, keys=[key])
    return products_of_ids(product_ids=ids.values())[ids[key]]


def facts(brand: Brand, read=read_products) -> list[dict[str, object]]:
    return [row for table in read(brand.program.id, 0, 2**62) for row in table.to_pylist()]


def test_a_product_is_created_with_its_category_and_brand(brand: Brand):
    assert counts(brand.products(TEA)) == (1, 0, 0)
    found = product(brand, "p1")
    assert (found.key, found.name, found.category, found.brand) == ("p1", "龙井", "茶", "西湖")
    (fact,) = facts(brand)
    (category,) = facts(brand, read_categories)
    assert fact["category_id"] == category["category_id"]
    assert names_of_categories(category_ids=[category["category_id"], 1]) == {
        category["category_id"]: "茶"
    }


def test_the_same_file_again_changes_nothing(brand: Brand):
    brand.products(TEA, {"key": "p2"})
    before = facts(brand), facts(brand, read_categories)
    assert counts(brand.products(TEA, {"key": "p2"})) == (0, 0, 2)
    assert (facts(brand), facts(brand, read_categories)) == before


def test_what_is_told_anew_changes(brand: Brand):
    brand.products(TEA)
    assert counts(brand.products({"key": "p1", "name": "新龙井", "category": "绿茶"})) == (0, 1, 0)
    found = product(brand, "p1")
    assert (found.name, found.category, found.brand) == ("新龙井", "绿茶", "西湖")


@pytest.mark.parametrize("field", ["name", "category", "brand"])
def test_a_null_keeps_what_is_known(brand: Brand, field: str):
    brand.products(TEA)
    before = product(brand, "p1")
    assert counts(brand.products(TEA | {field: None})) == (0, 0, 1)
    assert product(brand, "p1") == before


def test_a_product_without_a_name_is_called_by_its_key(brand: Brand):
    brand.products({"key": "p9"})
    found = product(brand, "p9")
    assert (found.name, found.category, found.brand) == ("p9", "", "")


def test_categories_of_one_name_are_one(brand: Brand):
    brand.products(TEA, {"key": "p2", "category": "茶"}, {"key": "p3", "category": "茶具"})
    assert sorted(row["name"] for row in facts(brand, read_categories)) == ["茶", "茶具"]


class TestMetInOrders:
    def add(self, brand: Brand, **products: tuple[str | None, str | None, str | None]):
        return add_unknown_products(
            program_id=brand.program.id, source=brand.source, products=products
        )

    def test_what_is_unknown_is_added(self, brand: Brand):
        ids = self.add(brand, p1=("龙井", "茶", None), p2=(None, None, None))
        assert [product(brand, key).id for key in ("p1", "p2")] == [ids["p1"], ids["p2"]]
        assert product(brand, "p1").category == "茶"

    def test_what_is_known_stays_as_it_is(self, brand: Brand):
        brand.products(TEA)
        before = product(brand, "p1")
        assert self.add(brand, p1=("another", "other", "other")) == {"p1": before.id}
        assert product(brand, "p1") == before
        assert len(facts(brand, read_categories)) == 1

    def test_nothing_to_add(self, brand: Brand):
        assert self.add(brand) == {}


def test_programs_share_no_products(brand: Brand):
    other = new_brand("other")
    brand.products(TEA)
    assert product_ids_by_key(program_id=other.program.id, source="file", keys=["p1"]) == {}
    other.products(TEA | {"name": "另一个"})
    assert product(brand, "p1").name == "龙井"
    assert len(facts(brand)) == len(facts(other)) == 1


def test_a_price_stays_until_another_one_is_told(brand: Brand):
    assert counts(brand.products({**TEA, "price_minor": 9_900}, {"key": "p2"})) == (2, 0, 0)
    assert (product(brand, "p1").price_minor, product(brand, "p2").price_minor) == (9_900, None)
    assert counts(brand.products(TEA)) == (0, 0, 1)
    assert counts(brand.products({**TEA, "price_minor": 8_800})) == (0, 1, 0)
    assert product(brand, "p1").price_minor == 8_800


def test_products_with_a_price_are_found_by_name_and_number(brand: Brand):
    brand.products(
        {**TEA, "price_minor": 9_900},
        {"key": "p2", "name": "龙井礼盒", "price_minor": 19_900},
        {"key": "p3", "name": "龙井赠品", "price_minor": 0},
        {"key": "p4", "name": "龙井试用"},
    )
    new_brand("other").products({"key": "p9", "name": "龙井", "price_minor": 1})
    found, total = products_page(program_id=brand.program.id, find="龙井", size=1)
    assert ([each.key for each in found], total) == (["p1"], 2)
    found, _ = products_page(program_id=brand.program.id, find="P2")
    assert [each.price_minor for each in found] == [19_900]
    assert products_page(program_id=brand.program.id, find="茉莉") == ([], 0)
