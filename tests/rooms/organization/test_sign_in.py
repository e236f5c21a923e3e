import base64
import threading
from datetime import timedelta

import pytest
from django.db import connection

from siyu.foundation.clock import utc_now
from siyu.foundation.errors import BadInput, NotAllowed
from siyu.rooms.operations.queries import audit_page, verify_audit
from siyu.rooms.operations.types import Right
from siyu.rooms.organization.actions import (
    add_staff,
    check_password,
    grant_role,
    issue_link,
    look_at_link,
    set_password,
    spend_link,
)
from siyu.rooms.organization.models import SignInFailure, SignInLink, Staff
from siyu.rooms.organization.queries import owner_viewer, viewer_of
from siyu.rooms.organization.types import Role
from tests.rooms.brand import Brand

HERE = "127.0.0.1"
AWAY = "203.0.113.9"
PASSWORD = "correct horse battery"


def new_staff(login: str = "ann") -> int:
    return add_staff(login=login, name="Ann 安")


def audited() -> list[tuple[str, str]]:
    entries = audit_page(viewer=owner_viewer(program_id=None), size=200)  # type: ignore[arg-type]
    return [(entry.action, entry.subject) for entry in entries]


@pytest.mark.django_db
class TestLink:
    def test_a_link_signs_one_person_in(self):
        staff_id = new_staff()
        link = issue_link(staff_id=staff_id, actor_id=None)
        assert spend_link(token=link.token, address=AWAY).id == staff_id

    def test_a_link_works_once(self):
        link = issue_link(staff_id=new_staff(), actor_id=None)
        spend_link(token=link.token, address=HERE)
        assert not look_at_link(token=link.token, address=HERE)
        with pytest.raises(NotAllowed):
            spend_link(token=link.token, address=HERE)

    def test_looking_at_a_link_does_not_spend_it(self):
        link = issue_link(staff_id=new_staff(), actor_id=None)
        assert all(look_at_link(token=link.token, address=AWAY) for _ in range(3))
        spend_link(token=link.token, address=AWAY)

    def test_a_link_is_good_for_ten_minutes(self):
        before = utc_now()
        link = issue_link(staff_id=new_staff(), actor_id=None)
        life = link.expires_at - before
        assert timedelta(minutes=10) <= life < timedelta(minutes=10, seconds=30)
        SignInLink.objects.update(expires_at=utc_now() - timedelta(microseconds=1))
        assert not look_at_link(token=link.token, address=HERE)
        with pytest.raises(NotAllowed):
            spend_link(token=link.token, address=HERE)
        SignInLink.objects.update(expires_at=utc_now() + timedelta(seconds=30))
        spend_link(token=link.token, address=HERE)

    def test_a_link_holds_128_random_bits_and_is_stored_hashed(self):
        staff_id = new_staff()
        tokens = {issue_link(staff_id=staff_id, actor_id=None).token for _ in range(20)}
        assert len(tokens) == 20
        assert {len(base64.urlsafe_b64decode(token + "==")) for token in tokens} == {16}
        stored = str(list(SignInLink.objects.values()))
        assert not [token for token in tokens if token in stored]

    def test_a_made_up_token_or_its_hash_is_no_link(self):
        issue_link(staff_id=new_staff(), actor_id=None)
        for token in ("", "A" * 22, SignInLink.objects.get().token_hash):
            with pytest.raises(NotAllowed):
                spend_link(token=token, address=HERE)

    def test_links_of_one_person_are_spent_one_by_one(self):
        staff_id = new_staff()
        first, second = (issue_link(staff_id=staff_id, actor_id=None) for _ in range(2))
        spend_link(token=first.token, address=HERE)
        assert look_at_link(token=second.token, address=HERE)

    def test_a_link_of_who_left_is_no_good(self):
        link = issue_link(staff_id=new_staff(), actor_id=None)
        Staff.objects.update(is_active=False)
        assert not look_at_link(token=link.token, address=HERE)
        with pytest.raises(NotAllowed):
            spend_link(token=link.token, address=HERE)

    @pytest.mark.parametrize("address", [AWAY, "127.0.0.2", "", "10.0.0.1", "::ffff:10.0.0.1"])
    def test_a_demo_link_signs_in_on_the_machine_only(self, address: str):
        link = issue_link(staff_id=new_staff(), actor_id=None, loopback_only=True)
        assert not look_at_link(token=link.token, address=address)
        with pytest.raises(NotAllowed):
            spend_link(token=link.token, address=address)
        # The refused try did not spend it.
        assert spend_link(token=link.token, address=HERE).login == "ann"

    def test_issuing_and_spending_are_logged_without_the_token(self):
        actor_id, staff_id = new_staff("boss"), new_staff()
        link = issue_link(staff_id=staff_id, actor_id=actor_id)
        spend_link(token=link.token, address=HERE)
        subject = f"staff {staff_id}"
        assert audited() == [("sign in by link", subject), ("issue sign-in link", subject)]
        assert link.token not in str(audited())
        assert verify_audit() is None

    def test_a_link_never_opens_unmasking(self, brand: Brand):
        brand.sellers({"key": "ann"})
        for viewer in (
            brand.seller_viewer("ann", by_link=True),
            viewer_of(staff_id=self._administrator(brand), by_link=True),
        ):
            assert Right.UNMASK in viewer.rights
            assert not viewer.may(Right.UNMASK)
            with pytest.raises(NotAllowed, match="password"):
                viewer.require(Right.UNMASK)
            assert viewer.may(Right.SEE_CUSTOMERS)
        assert brand.seller_viewer("ann").may(Right.UNMASK)

    def _administrator(self, brand: Brand) -> int:
        staff_id = new_staff("root")
        grant_role(
            staff_id=staff_id,
            program_id=brand.program.id,
            role=Role.ADMINISTRATOR,
            unit_id=None,
            actor_id=None,
        )
        return staff_id


def test_two_who_spend_a_link_at_once_are_not_both_let_in(transactional_db: None):
    links = [issue_link(staff_id=new_staff(f"ann{n}"), actor_id=None) for n in range(8)]
    start = threading.Barrier(2)
    let_in: list[str] = []

    def spend() -> None:
        start.wait()
        for link in links:
            try:
                let_in.append(spend_link(token=link.token, address=HERE).login)
            except NotAllowed:
                continue
        connection.close()

    people = [threading.Thread(target=spend) for _ in range(2)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert sorted(let_in) == [f"ann{n}" for n in range(8)]


@pytest.fixture
def ann(db: None) -> int:
    staff_id = new_staff()
    set_password(staff_id=staff_id, password=PASSWORD, actor_id=None)
    return staff_id


def sign_in(login: str = "ann", password: str = PASSWORD, address: str = AWAY) -> int:
    return check_password(login=login, password=password, address=address).id


def fail(times: int, login: str = "ann", address: str = AWAY) -> None:
    for _ in range(times):
        with pytest.raises(BadInput):
            sign_in(login, "wrong", address)


class TestPassword:
    def test_the_right_password_signs_in(self, ann: int):
        assert sign_in() == ann
        assert audited()[0] == ("sign in", f"staff {ann}")

    def test_a_wrong_password_and_an_unknown_login_are_told_the_same(self, ann: int):
        errors = []
        for login in ("ann", "nobody"):
            with pytest.raises(BadInput) as refused:
                sign_in(login, "wrong")
            errors.append(str(refused.value))
        assert errors[0] == errors[1]

    def test_an_account_without_a_password_cannot_be_guessed(self, db: None):
        new_staff()
        for password in ("", "!", Staff.objects.get().password):
            with pytest.raises(BadInput):
                sign_in(password=password)

    def test_who_left_does_not_sign_in(self, ann: int):
        Staff.objects.update(is_active=False)
        fail(1)
        with pytest.raises(BadInput):
            sign_in()

    def test_passwords_are_stored_by_argon2(self, ann: int):
        stored = Staff.objects.get().password
        assert stored.startswith("argon2$argon2id$")
        assert PASSWORD not in stored

    @pytest.mark.parametrize("password", ["Ab1-x9", "1234567890123", "password123", "qwertyuiop"])
    def test_a_weak_password_is_refused(self, ann: int, password: str):
        with pytest.raises(BadInput) as refused:
            set_password(staff_id=ann, password=password, actor_id=None)
        assert refused.value.field == "password"
        assert password not in str(refused.value)
        assert sign_in() == ann

    def test_setting_a_password_is_logged_without_it(self, ann: int):
        assert audited() == [("set password", f"staff {ann}")]


class TestThrottle:
    @pytest.fixture(autouse=True)
    def quick_hashes(self, settings) -> None:
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

    def test_after_five_failures_even_the_right_password_waits(self, ann: int):
        fail(5)
        with pytest.raises(NotAllowed, match="15 minutes"):
            sign_in()
        with pytest.raises(NotAllowed):
            sign_in(address="198.51.100.7")

    def test_four_failures_do_not_lock_out(self, ann: int):
        fail(4)
        assert sign_in() == ann

    def test_the_wait_ends(self, ann: int):
        fail(5)
        SignInFailure.objects.update(at=utc_now() - timedelta(minutes=15, seconds=1))
        assert sign_in() == ann

    def test_signing_in_forgets_the_failures_of_that_login(self, ann: int):
        fail(4)
        sign_in()
        fail(4)
        assert sign_in() == ann

    def test_another_login_is_not_locked_with_it(self, ann: int):
        bob = new_staff("bob")
        set_password(staff_id=bob, password=PASSWORD, actor_id=None)
        fail(5)
        assert sign_in("bob") == bob

    def test_the_spelling_of_a_login_gives_no_further_tries(self, ann: int):
        fail(3, "ann")
        fail(2, "ANN")
        with pytest.raises(NotAllowed):
            sign_in()

    def test_unknown_logins_are_throttled_alike(self, ann: int):
        fail(5, "nobody")
        with pytest.raises(NotAllowed):
            sign_in("nobody", "wrong")

    def test_an_address_that_tries_many_logins_waits(self, ann: int):
        for number in range(30):
            fail(1, f"guess{number}")
        with pytest.raises(NotAllowed):
            sign_in()
        assert sign_in(address="198.51.100.7") == ann

    def test_failures_keep_neither_login_nor_address(self, ann: int):
        fail(1, "mistyped-secret")
        stored = str(list(SignInFailure.objects.values()))
        assert "mistyped" not in stored
        assert AWAY not in stored
