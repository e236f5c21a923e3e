import pytest
from django.conf import settings

from siyu.foundation.crypto import Keyring, new_root
from siyu.foundation.errors import BadInput, NotAllowed, NotFound
from siyu.rooms.customers.actions import reseal_customers, unmask
from siyu.rooms.customers.models import PersonalRecord
from siyu.rooms.customers.queries import find_by_phone, find_customer
from siyu.rooms.operations.queries import audit_page
from siyu.rooms.operations.types import Viewer
from siyu.rooms.organization.types import Role
from siyu.rooms.sellers.actions import reseal_sellers
from siyu.rooms.sellers.queries import names_of_sellers
from tests.rooms.brand import Brand

PHONE = "13912345678"
REASON = "她请我回电"


@pytest.fixture
def served(brand: Brand) -> Brand:
    brand.sellers({"key": "ann", "name": "安欣", "phone": "13700001111"}, {"key": "bob"})
    brand.customers({"key": "c1", "name": "高小琴", "phone": PHONE}, {"key": "c2"})
    for customer in ("c1", "c2"):
        brand.follow(customer, "ann", "2025-01-01 10:00")
    return brand


def reasons(brand: Brand) -> list[tuple[int | None, str, str]]:
    entries = audit_page(viewer=brand.owner)
    return [(e.actor_id, e.subject, e.reason) for e in entries if e.action == "unmask phone"]


class TestUnmask:
    def test_the_number_is_told_and_the_reason_logged(self, served: Brand):
        ann, customer_id = served.seller_viewer("ann"), served.customer("c1")
        assert unmask(viewer=ann, customer_id=customer_id, reason=f" {REASON} ") == PHONE
        assert reasons(served) == [(ann.staff_id, f"customer {customer_id}", REASON)]

    def test_every_look_is_logged(self, served: Brand):
        ann, customer_id = served.seller_viewer("ann"), served.customer("c1")
        for _ in range(3):
            unmask(viewer=ann, customer_id=customer_id, reason=REASON)
        assert len(reasons(served)) == 3

    @pytest.mark.parametrize("reason", ["", "   ", "abc", " a b "])
    def test_without_a_reason_it_stays_hidden(self, served: Brand, reason: str):
        with pytest.raises(BadInput) as refused:
            unmask(
                viewer=served.seller_viewer("ann"),
                customer_id=served.customer("c1"),
                reason=reason,
            )
        assert refused.value.field == "reason"
        assert reasons(served) == []

    def refused(self, brand: Brand, viewer: Viewer, error: type[Exception]) -> None:
        with pytest.raises(error):
            unmask(viewer=viewer, customer_id=brand.customer("c1"), reason=REASON)
        assert reasons(brand) == []

    def test_a_one_tap_link_never_opens_it(self, served: Brand):
        self.refused(served, served.seller_viewer("ann", by_link=True), NotAllowed)

    def test_another_seller_does_not_see_it(self, served: Brand):
        self.refused(served, served.seller_viewer("bob"), NotFound)

    def test_who_handed_her_over_does_not_see_it(self, served: Brand):
        served.follow("c1", "bob", "2025-02-01 10:00", is_serving=True)
        self.refused(served, served.seller_viewer("ann"), NotFound)
        bob = served.seller_viewer("bob")
        assert unmask(viewer=bob, customer_id=served.customer("c1"), reason=REASON) == PHONE

    @pytest.mark.parametrize(
        "role", [Role.OPERATOR, Role.ANALYST, Role.REGION_MANAGER, Role.STORE_MANAGER]
    )
    def test_a_role_without_the_right_does_not_see_it(self, served: Brand, role: Role):
        store = served.store("headquarters")
        self.refused(served, served.staff("someone", role, store), NotAllowed)

    def test_an_administrator_sees_it(self, served: Brand):
        root = served.staff("root", Role.ADMINISTRATOR)
        assert unmask(viewer=root, customer_id=served.customer("c1"), reason=REASON) == PHONE

    def test_a_customer_without_a_number_has_none(self, served: Brand):
        ann = served.seller_viewer("ann")
        assert unmask(viewer=ann, customer_id=served.customer("c2"), reason=REASON) == ""


class TestKeyRotation:
    def test_everything_is_sealed_anew_and_found_as_before(
        self, served: Brand, monkeypatch: pytest.MonkeyPatch
    ):
        old: Keyring = settings.SIYU_KEYRING
        both = Keyring(roots={**old.roots, old.current + 1: new_root()}, index_key=old.index_key)
        monkeypatch.setattr(settings, "SIYU_KEYRING", both)
        assert (reseal_customers(), reseal_customers()) == (1, 0)
        assert (reseal_sellers(), reseal_sellers()) == (2, 0)
        only_new = Keyring(roots={both.current: both.roots[both.current]}, index_key=old.index_key)
        monkeypatch.setattr(settings, "SIYU_KEYRING", only_new)
        customer_id = served.customer("c1")
        shown = find_customer(viewer=served.owner, customer_id=customer_id)
        assert (shown.name, shown.masked_phone) == ("高小琴", "139****5678")
        assert find_by_phone(viewer=served.owner, phone=PHONE) == [customer_id]
        ann = served.seller("ann")
        assert names_of_sellers(seller_ids=[ann]) == {ann: "安欣"}

    def test_a_deleted_record_takes_its_key_with_it(self, served: Brand):
        """The salt of a record's key lies in the record only."""
        sealed = [bytes(row) for row in PersonalRecord.objects.values_list("sealed", flat=True)]
        PersonalRecord.objects.all().delete()
        served.customers({"key": "c1", "name": "高小琴", "phone": PHONE})
        again = [bytes(row) for row in PersonalRecord.objects.values_list("sealed", flat=True)]
        assert {one[1:17] for one in sealed}.isdisjoint({one[1:17] for one in again})
