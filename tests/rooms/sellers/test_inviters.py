from hypothesis import given
from hypothesis import strategies as st

from siyu.foundation.crypto import Keyring
from siyu.rooms.sellers.facts import read_sellers
from siyu.rooms.sellers.queries import find_seller
from siyu.rooms.sellers.rules import in_circles
from tests.rooms.brand import Brand, new_brand

NAMES = "abcdefgh"


def inviter(brand: Brand, key: str) -> int | None:
    return find_seller(viewer=brand.owner, seller_id=brand.seller(key)).invited_by_id


def test_an_inviter_may_come_before_after_or_beside_whom_she_invited(brand: Brand):
    brand.sellers({"key": "ann"}, {"key": "bea", "invited_by_key": "ann", "origin": "fair"})
    brand.sellers({"key": "cat", "invited_by_key": "dee"})
    assert inviter(brand, "bea") == brand.seller("ann")
    assert inviter(brand, "cat") is None
    brand.sellers({"key": "dee"})
    assert inviter(brand, "cat") == brand.seller("dee")
    bea = find_seller(viewer=brand.owner, seller_id=brand.seller("bea"))
    assert bea.origin == "fair"
    told = [row for table in read_sellers(brand.program.id, 0, 2**62) for row in table.to_pylist()]
    inviters = {row["seller_id"]: row["invited_by_id"] for row in told}
    assert inviters[brand.seller("cat")] == brand.seller("dee")


def test_the_same_file_again_changes_nothing_and_what_is_not_told_stays(brand: Brand):
    rows = ({"key": "ann"}, {"key": "bea", "invited_by_key": "ann", "origin": "fair"})
    brand.sellers(*rows)
    again = brand.sellers(*rows)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)
    brand.sellers({"key": "bea", "name": "Bea"})
    assert inviter(brand, "bea") == brand.seller("ann")


def test_another_inviter_takes_the_place_of_the_first(brand: Brand):
    brand.sellers({"key": "ann"}, {"key": "bea", "invited_by_key": "ann"}, {"key": "cat"})
    brand.sellers({"key": "bea", "invited_by_key": "cat"})
    assert inviter(brand, "bea") == brand.seller("cat")
    brand.sellers({"key": "bea", "invited_by_key": "unknown"})
    assert inviter(brand, "bea") is None


def test_nobody_invites_herself_not_even_through_others(brand: Brand):
    refused = brand.sellers({"key": "ann", "invited_by_key": "ann"})
    assert [(each.column, each.code) for each in refused.rejects] == [
        ("invited_by_key", "invites_herself")
    ]
    brand.sellers({"key": "ann"}, {"key": "bea", "invited_by_key": "ann"})
    refused = brand.sellers(
        {"key": "cat", "invited_by_key": "bea"}, {"key": "ann", "invited_by_key": "cat"}
    )
    assert refused.created + refused.updated == 0
    assert len(refused.rejects) == 2
    assert inviter(brand, "ann") is None


def test_an_inviter_of_another_program_is_nobody(brand: Brand):
    new_brand("other").sellers({"key": "zoe"})
    brand.sellers({"key": "bea", "invited_by_key": "zoe"})
    assert inviter(brand, "bea") is None


def test_an_inviter_whose_key_is_a_phone_is_kept_as_its_index(brand: Brand):
    brand.sellers({"key": "13911112222"}, {"key": "bea", "invited_by_key": "+8613911112222"})
    assert inviter(brand, "bea") == brand.seller("13911112222")


def test_a_word_of_origin_that_is_too_long_is_rejected(brand: Brand):
    refused = brand.sellers({"key": "ann", "origin": "x" * 41}, {"key": "bea", "origin": "x" * 40})
    assert refused.created == 1
    assert [(each.column, each.code) for each in refused.rejects] == [("origin", "too_long")]


@given(st.dictionaries(st.sampled_from(NAMES), st.sampled_from(NAMES)))
def test_whoever_is_in_no_circle_ends_at_somebody_without_inviter(inviters: dict[str, str]):
    circles = in_circles(inviters=inviters, keys=inviters)
    for key in inviters:
        steps, above = 0, inviters.get(key)
        while above is not None and above != key and steps < len(NAMES):
            steps, above = steps + 1, inviters.get(above)
        assert (above == key) == (key in circles)


def test_a_phone_as_key_has_one_form():
    ring = Keyring(roots={1: b"r" * 32}, index_key=b"i" * 32)
    assert ring.safe_key("+8613911112222") == ring.safe_key("13911112222")
    assert ring.safe_key("") == ""
