"""Who may apply to sell, who accepts her, and what becomes of her name and number."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.conf import settings

from siyu.foundation.clock import utc_now
from siyu.foundation.crypto import Keyring, new_root
from siyu.foundation.errors import BadInput, Conflict, NotAllowed, NotFound
from siyu.rooms.operations.types import Viewer
from siyu.rooms.organization.queries import today_in
from siyu.rooms.organization.types import Role
from siyu.rooms.sellers.actions import (
    accept_application,
    apply_to_sell,
    invite,
    refuse_application,
    refuse_old_applications,
    reseal_sellers,
    revoke_invitation,
    set_teacher,
)
from siyu.rooms.sellers.models import Application
from siyu.rooms.sellers.queries import (
    applications_waiting,
    find_seller,
    invitations_of,
    own_invitations,
    own_invited,
    own_learners,
    own_teacher,
    sellers_page,
    teacher_of,
)
from siyu.rooms.sellers.rules import invitation_state
from siyu.rooms.sellers.types import (
    ApplicationView,
    InvitationState,
    InvitationView,
    SellerKind,
    SellerStatus,
)
from tests.rooms.arrow_rows import Row
from tests.rooms.brand import Brand, new_brand

PHONE = "13800138000"
OTHER = "13900139000"


@pytest.fixture
def shop(brand: Brand) -> Brand:
    """Ann sells in one store, Bob in another; both have customers of their own."""
    brand.sellers(
        {"key": "ann", "name": "Ann", "store_key": "north"},
        {"key": "bob", "name": "Bob", "store_key": "south"},
    )
    return brand


def invited(shop: Brand, by: str | None = "ann", *, store: str = "north", places: int = 3) -> str:
    """The code of a new invitation."""
    invite(
        viewer=shop.owner,
        inviter_id=shop.seller(by) if by else None,
        unit_id=shop.store(store),
        kind=SellerKind.SHOPKEEPER,
        places=places,
        expires_on=in_days(shop, 7),
        origin="fair",
    )
    return newest(shop.owner).code


def applied(code: str, name: str, phone: str = PHONE) -> None:
    apply_to_sell(code=code, name=name, phone=phone, form_key=f"{code}-{name}-{phone}"[:40])


def in_days(shop: Brand, days: int) -> date:
    return today_in(program_id=shop.program.id) + timedelta(days=days)


def newest(viewer: Viewer) -> InvitationView:
    return invitations_of(viewer=viewer, page=1, size=1)[0][0]


def waiting(viewer: Viewer) -> list[ApplicationView]:
    return applications_waiting(viewer=viewer, page=1, size=20)[0]


def accepted(shop: Brand, *, store: str = "north") -> int:
    (application,) = waiting(shop.owner)
    return accept_application(
        viewer=shop.owner,
        application_id=application.id,
        unit_id=shop.store(store),
        kind=SellerKind.KOC,
    )


def test_who_is_accepted_sells_is_invited_and_taught_by_her_inviter(shop: Brand):
    applied(invited(shop).lower(), " Cat ", PHONE)
    (application,) = waiting(shop.owner)
    assert (application.name, application.masked_phone) == ("Cat", "138****8000")
    assert application.inviter_id == shop.seller("ann")
    seller_id = accepted(shop, store="south")
    cat = find_seller(viewer=shop.owner, seller_id=seller_id)
    assert (cat.name, cat.kind, cat.status) == ("Cat", SellerKind.KOC, SellerStatus.ACTIVE)
    assert (cat.unit_id, cat.origin) == (shop.store("south"), "fair")
    assert (cat.invited_by_id, cat.joined_on) == (shop.seller("ann"), in_days(shop, 0))
    assert cat.key == "138****8000"  # a number never stands in a list
    assert PHONE not in str(cat)
    assert teacher_of(viewer=shop.owner, seller_id=seller_id) == shop.seller("ann")
    ann = shop.seller_viewer("ann")
    assert [each.name for each in own_invited(viewer=ann)] == ["Cat"]
    assert [each.name for each in own_learners(viewer=ann)] == ["Cat"]
    assert own_invited(viewer=shop.seller_viewer("bob")) == []
    (shown,) = own_invitations(viewer=ann)
    assert (shown.taken, shown.joined, shown.state) == (1, 1, InvitationState.OPEN)
    assert waiting(shop.owner) == []
    assert cat.staff_id is not None


def test_a_second_decision_is_refused_and_makes_no_second_seller(shop: Brand):
    applied(invited(shop), "Cat", PHONE)
    (application,) = waiting(shop.owner)
    accepted(shop)
    for decide in (refuse_application, accepted_again(shop)):
        with pytest.raises(Conflict):
            decide(viewer=shop.owner, application_id=application.id)
    assert sellers_page(viewer=shop.owner)[1] == 3


def accepted_again(shop: Brand):
    def decide(*, viewer: Viewer, application_id: int) -> int:
        return accept_application(
            viewer=viewer,
            application_id=application_id,
            unit_id=shop.store("north"),
            kind=SellerKind.KOC,
        )

    return decide


def test_what_is_refused_is_erased_and_its_place_is_free_again(shop: Brand):
    code = invited(shop, places=1)
    applied(code, "Cat", PHONE)
    with pytest.raises(Conflict):
        applied(code, "Dee", OTHER)
    (application,) = waiting(shop.owner)
    refuse_application(viewer=shop.owner, application_id=application.id)
    kept = Application.objects.get(id=application.id)
    assert kept.phone_index is None
    assert waiting(shop.owner) == []
    assert sellers_page(viewer=shop.owner)[1] == 2
    applied(code, "Dee", OTHER)
    assert [each.name for each in waiting(shop.owner)] == ["Dee"]


def test_a_number_stands_once_for_each_invitation_and_one_acceptance_closes_the_others(
    shop: Brand,
):
    code = invited(shop, "ann")
    applied(code, "Cat")
    applied(code, "Mallory")
    applied(invited(shop, "bob"), "Cat")
    first, second = waiting(shop.owner)
    assert (first.name, first.inviter_id) == ("Cat", shop.seller("ann"))
    assert second.inviter_id == shop.seller("bob")
    accept_application(viewer=shop.owner, application_id=second.id)
    assert waiting(shop.owner) == []
    assert sellers_page(viewer=shop.owner)[1] == 3
    with pytest.raises(Conflict):
        accept_application(viewer=shop.owner, application_id=first.id)


def test_the_same_form_twice_is_one_application_even_on_the_last_place(shop: Brand):
    code = invited(shop, places=1)
    applied(code, "Cat")
    applied(code, "Cat")
    assert len(waiting(shop.owner)) == 1


def test_a_number_typed_in_another_way_is_the_same(shop: Brand):
    code = invited(shop)
    applied(code, "Cat", "+8613800138000")
    applied(code, "Cat", "１３８００１３８０００")
    assert len(waiting(shop.owner)) == 1
    accepted(shop)
    told = shop.sellers({"key": "S-77", "phone": "+8613800138000"})
    assert (told.created, told.updated) == (0, 1)


def test_names_and_numbers_are_erased_once_it_is_decided(shop: Brand):
    applied(invited(shop), "Cat")
    applied(invited(shop, "bob"), "Dee", OTHER)
    soon, late = utc_now() + timedelta(days=59), utc_now() + timedelta(days=61)
    assert refuse_old_applications(now=soon) == 0
    (first, _second) = waiting(shop.owner)
    accept_application(viewer=shop.owner, application_id=first.id)
    assert refuse_old_applications(now=late) == 1
    assert refuse_old_applications(now=late) == 0
    assert waiting(shop.owner) == []
    for kept in Application.objects.all():
        assert kept.phone_index is None
        assert settings.SIYU_KEYRING.open(kept.sealed) == {"name": None, "phone": None}


def test_who_left_teaches_nobody(shop: Brand):
    applied(invited(shop), "Cat")
    shop.sellers({"key": "ann", "status": "left"})
    shown = newest(shop.owner)
    assert shown.state is InvitationState.INVITER_AWAY
    seller_id = accepted(shop)
    cat = find_seller(viewer=shop.owner, seller_id=seller_id)
    assert cat.invited_by_id == shop.seller("ann")
    assert teacher_of(viewer=shop.owner, seller_id=seller_id) is None


def test_a_number_that_a_seller_has_is_not_accepted_again(shop: Brand):
    shop.sellers({"key": "eve", "phone": PHONE})
    applied(invited(shop), "Eve", PHONE)  # tells the applicant nothing
    with pytest.raises(Conflict, match="phone number already"):
        accepted(shop)
    assert sellers_page(viewer=shop.owner)[1] == 3
    assert len(waiting(shop.owner)) == 1


def test_a_file_that_names_her_later_knows_her_by_her_number(shop: Brand):
    applied(invited(shop), "Cat", PHONE)
    seller_id = accepted(shop)
    told = shop.sellers({"key": "S-77", "name": "Cat Li", "phone": PHONE, "store_key": "south"})
    assert (told.created, told.updated) == (0, 1)
    assert shop.seller("S-77") == seller_id
    cat = find_seller(viewer=shop.owner, seller_id=seller_id)
    assert (cat.key, cat.name, cat.unit_id) == ("S-77", "Cat Li", shop.store("south"))
    assert cat.invited_by_id == shop.seller("ann")
    again = shop.sellers({"key": "S-77", "name": "Cat Li", "phone": PHONE, "store_key": "south"})
    assert (again.created, again.updated) == (0, 0)
    assert sellers_page(viewer=shop.owner)[1] == 3


def inviter(shop: Brand, key: str) -> int | None:
    return find_seller(viewer=shop.owner, seller_id=shop.seller(key)).invited_by_id


class TestCircles:
    """Ann invited Cat; nothing that a file says afterwards makes Cat invite Ann."""

    @pytest.fixture
    def cat(self, shop: Brand) -> int:
        applied(invited(shop), "Cat")
        return accepted(shop)

    @pytest.mark.parametrize("at_once", [True, False])
    def test_by_her_number_in_a_file(self, shop: Brand, cat: int, at_once: bool):
        named: Row = {"key": "S-77", "phone": PHONE}
        circle: Row = {"key": "ann", "invited_by_key": "S-77"}
        if not at_once:
            shop.sellers(named)
        told = shop.sellers(named, circle)
        assert [each.code for each in told.rejects] == ["invites_herself"]
        assert inviter(shop, "S-77") == shop.seller("ann")
        assert inviter(shop, "ann") is None

    def test_by_her_phone_number_as_a_key(self, shop: Brand, cat: int):
        shop.sellers({"key": "ann", "invited_by_key": PHONE})
        assert inviter(shop, "ann") is None

    def test_by_a_key_that_waited_for_her(self, shop: Brand):
        shop.sellers({"key": "ann", "invited_by_key": PHONE})
        applied(invited(shop), "Cat")
        accepted(shop)
        shop.sellers({"key": "bob", "name": "Bob B"})
        assert inviter(shop, "ann") is None

    def test_through_one_whom_she_invited(self, shop: Brand, cat: int):
        shop.sellers({"key": "dee", "invited_by_key": PHONE})
        assert inviter(shop, "dee") == cat
        shop.sellers({"key": "S-77", "phone": PHONE})
        told = shop.sellers({"key": "ann", "invited_by_key": "dee"})
        assert [each.code for each in told.rejects] == ["invites_herself"]
        assert inviter(shop, "ann") is None


def test_two_rows_of_a_file_with_her_number_are_not_hers(shop: Brand):
    applied(invited(shop), "Cat")
    cat = accepted(shop)
    told = shop.sellers({"key": "S-1", "phone": PHONE}, {"key": "S-2", "phone": PHONE})
    assert told.created == 2
    assert find_seller(viewer=shop.owner, seller_id=cat).key == "138****8000"


def test_a_row_of_who_left_is_not_hers(shop: Brand):
    applied(invited(shop), "Cat")
    cat = accepted(shop)
    shop.sellers({"key": "S-2", "phone": PHONE}, {"key": "S-1", "phone": PHONE, "status": "left"})
    assert shop.seller("S-2") == cat
    assert find_seller(viewer=shop.owner, seller_id=cat).status is SellerStatus.ACTIVE
    assert shop.seller("S-1") != cat


@pytest.mark.parametrize(
    ("name", "phone", "field"),
    [
        ("", PHONE, "name"),
        ("x" * 41, PHONE, "name"),
        ("Cat", "12345", "phone"),
        ("Cat", "", "phone"),
    ],
)
def test_bad_words_of_an_applicant_name_their_field(shop: Brand, name: str, phone: str, field: str):
    code = invited(shop)
    with pytest.raises(BadInput) as error:
        applied(code, name, phone)
    assert error.value.field == field
    assert waiting(shop.owner) == []


def test_over_is_over(shop: Brand):
    revoked = invited(shop)
    revoke_invitation(viewer=shop.owner, invitation_id=newest(shop.owner).id)
    left = invited(shop, "bob")
    shop.sellers({"key": "bob", "status": "left"})
    for code in ("nothing", "", revoked, left):
        with pytest.raises(Conflict, match="ended"):
            applied(code, "Cat", PHONE)
    assert waiting(shop.owner) == []
    with pytest.raises(Conflict):
        revoke_invitation(
            viewer=shop.owner,
            invitation_id=invitations_of(viewer=shop.owner, page=1, size=5)[0][-1].id,
        )


@pytest.mark.parametrize(
    ("taken", "today", "is_revoked", "state"),
    [
        (0, date(2026, 3, 1), False, InvitationState.OPEN),
        (2, date(2026, 3, 31), False, InvitationState.OPEN),
        (3, date(2026, 3, 31), False, InvitationState.FULL),
        (3, date(2026, 4, 1), False, InvitationState.EXPIRED),
        (0, date(2026, 3, 1), True, InvitationState.REVOKED),
    ],
)
def test_the_state_of_an_invitation(
    taken: int, today: date, is_revoked: bool, state: InvitationState
):
    last = date(2026, 3, 31)
    found = invitation_state(
        taken=taken,
        places=3,
        expires_on=last,
        today=today,
        is_revoked=is_revoked,
        inviter_works=True,
    )
    assert found is state


def test_a_manager_admits_into_her_own_store_only(shop: Brand):
    manager = shop.staff("manager", Role.STORE_MANAGER, shop.store("north"))
    invited(shop, "bob", store="south")
    applied(newest(shop.owner).code, "Cat", PHONE)
    (application,) = waiting(shop.owner)
    assert waiting(manager) == []
    assert invitations_of(viewer=manager, page=1, size=5) == ([], 0)
    for act in (
        lambda: refuse_application(viewer=manager, application_id=application.id),
        lambda: revoke_invitation(viewer=manager, invitation_id=newest(shop.owner).id),
        lambda: set_teacher(viewer=manager, seller_id=shop.seller("bob"), teacher_id=None),
    ):
        with pytest.raises(NotFound):
            act()
    own = {"viewer": manager, "kind": SellerKind.GUIDE, "places": 1, "expires_on": in_days(shop, 1)}
    with pytest.raises(BadInput, match="reach"):
        invite(inviter_id=None, unit_id=shop.store("south"), **own)
    with pytest.raises(NotFound):
        invite(inviter_id=shop.seller("bob"), unit_id=shop.store("north"), **own)
    invite(inviter_id=shop.seller("ann"), unit_id=shop.store("north"), **own)
    applied(newest(manager).code, "Dee", OTHER)
    (application,) = waiting(manager)
    with pytest.raises(BadInput):
        accept_application(
            viewer=manager,
            application_id=application.id,
            unit_id=shop.store("south"),
            kind=SellerKind.GUIDE,
        )
    assert len(waiting(manager)) == 1


def test_who_sells_invites_and_admits_nobody_by_herself(shop: Brand):
    ann = shop.seller_viewer("ann")
    with pytest.raises(NotAllowed):
        invite(
            viewer=ann,
            inviter_id=shop.seller("ann"),
            unit_id=shop.store("north"),
            kind=SellerKind.GUIDE,
            places=1,
            expires_on=in_days(shop, 1),
        )
    applied(invited(shop), "Cat", PHONE)
    (application,) = waiting(shop.owner)
    for act in (
        lambda: waiting(ann),
        lambda: invitations_of(viewer=ann, page=1, size=5),
        lambda: refuse_application(viewer=ann, application_id=application.id),
        lambda: accepted_again(shop)(viewer=ann, application_id=application.id),
        lambda: set_teacher(viewer=ann, seller_id=shop.seller("ann"), teacher_id=None),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert len(waiting(shop.owner)) == 1


@pytest.mark.parametrize("wrong", ["places", "expires_on", "origin", "inviter"])
def test_what_cannot_be_invited_for_names_its_field(shop: Brand, wrong: str):
    shop.sellers({"key": "gone", "status": "left"})
    asked = {"places": 1, "expires_on": in_days(shop, 0), "origin": "", "inviter_id": None}
    asked |= {
        "places": {"places": 0},
        "expires_on": {"expires_on": in_days(shop, -1)},
        "origin": {"origin": "x" * 41},
        "inviter": {"inviter_id": shop.seller("gone")},
    }[wrong]
    with pytest.raises(BadInput) as error:
        invite(viewer=shop.owner, unit_id=shop.store("north"), kind=SellerKind.GUIDE, **asked)
    assert error.value.field == wrong
    assert invitations_of(viewer=shop.owner, page=1, size=5) == ([], 0)


def test_one_teacher_at_a_time_and_never_in_a_ring(shop: Brand):
    shop.sellers({"key": "cat"}, {"key": "gone", "status": "left"})
    ann, bob, cat = (shop.seller(key) for key in ("ann", "bob", "cat"))
    set_teacher(viewer=shop.owner, seller_id=cat, teacher_id=ann)
    set_teacher(viewer=shop.owner, seller_id=cat, teacher_id=bob)
    assert teacher_of(viewer=shop.owner, seller_id=cat) == bob
    assert own_learners(viewer=shop.seller_viewer("ann")) == []
    taught = own_teacher(viewer=shop.seller_viewer("cat"))
    assert taught is not None
    assert taught.name == "Bob"
    set_teacher(viewer=shop.owner, seller_id=bob, teacher_id=ann)
    # The last one would have been a ring of three.
    for learner, teacher in ((cat, cat), (bob, cat), (bob, shop.seller("gone")), (ann, cat)):
        with pytest.raises(BadInput) as error:
            set_teacher(viewer=shop.owner, seller_id=learner, teacher_id=teacher)
        assert error.value.field == "teacher"
    set_teacher(viewer=shop.owner, seller_id=cat, teacher_id=None)
    assert own_teacher(viewer=shop.seller_viewer("cat")) is None
    assert teacher_of(viewer=shop.owner, seller_id=cat) is None


def test_another_programs_invitation_is_out_of_reach(shop: Brand):
    invited(shop)
    theirs = new_brand("other").owner
    with pytest.raises(NotFound):
        revoke_invitation(viewer=theirs, invitation_id=newest(shop.owner).id)
    assert invitations_of(viewer=theirs, page=1, size=5) == ([], 0)


def test_applications_are_sealed_anew_too(shop: Brand, monkeypatch: pytest.MonkeyPatch):
    applied(invited(shop), "Cat", PHONE)
    old: Keyring = settings.SIYU_KEYRING
    both = Keyring(roots={**old.roots, old.current + 1: new_root()}, index_key=old.index_key)
    monkeypatch.setattr(settings, "SIYU_KEYRING", both)
    assert (reseal_sellers(), reseal_sellers()) == (3, 0)
    only_new = Keyring(roots={both.current: both.roots[both.current]}, index_key=old.index_key)
    monkeypatch.setattr(settings, "SIYU_KEYRING", only_new)
    assert [each.name for each in waiting(shop.owner)] == ["Cat"]
