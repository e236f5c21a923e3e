import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.foundation.crypto import (
    KeyMissing,
    Keyring,
    digest,
    mask_name,
    mask_phone,
    new_root,
)

RECORD = {"name": "高小琴", "phone": "13800138000"}
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@pytest.fixture(scope="module")
def keyring() -> Keyring:
    return Keyring(roots={1: new_root()}, index_key=new_root())


@given(record=st.dictionaries(TEXTS, st.none() | TEXTS, max_size=5))
def test_what_was_sealed_opens_again(keyring: Keyring, record: dict[str, str | None]):
    assert keyring.open(keyring.seal(record)) == record


def test_a_sealed_record_shows_nothing_and_never_looks_the_same(keyring: Keyring):
    sealed = [keyring.seal(RECORD) for _ in range(50)]
    assert len(set(sealed)) == 50
    assert not [text for text in sealed if "高".encode() in text or b"1380" in text]


def test_every_changed_byte_is_noticed(keyring: Keyring):
    sealed = keyring.seal(RECORD)
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(KeyMissing):
            keyring.open(bytes(changed))
    with pytest.raises(KeyMissing):
        keyring.open(sealed[:-1])


def test_a_record_cannot_stand_in_for_another(keyring: Keyring):
    one, other = keyring.seal(RECORD), keyring.seal({"name": "李雷", "phone": None})
    with pytest.raises(KeyMissing):
        keyring.open(one[:17] + other[17:])


def test_rotation_opens_the_old_and_seals_under_the_new():
    first, index_key = new_root(), new_root()
    before = Keyring(roots={1: first}, index_key=index_key)
    after = Keyring(roots={1: first, 2: new_root()}, index_key=index_key)
    old = before.seal(RECORD)
    fresh = after.seal(after.open(old))
    assert (after.version_of(old), after.version_of(fresh), after.current) == (1, 2, 2)
    assert after.open(old) == after.open(fresh) == RECORD
    with pytest.raises(KeyMissing):
        before.open(fresh)
    # Rotation leaves the index alone, so everyone is still found.
    assert before.blind_index("phone", "1") == after.blind_index("phone", "1")


def test_another_root_of_the_same_version_does_not_open():
    index_key = new_root()
    sealed = Keyring(roots={1: new_root()}, index_key=index_key).seal(RECORD)
    with pytest.raises(KeyMissing):
        Keyring(roots={1: new_root()}, index_key=index_key).open(sealed)


@given(one=TEXTS, other=TEXTS)
def test_blind_indexes_are_equal_for_equal_values_only(keyring: Keyring, one: str, other: str):
    indexes = keyring.blind_index("phone", one), keyring.blind_index("phone", other)
    assert (indexes[0] == indexes[1]) == (one == other)
    assert len(indexes[0]) == 16


def test_blind_indexes_differ_by_kind_and_by_key(keyring: Keyring):
    another = Keyring(roots=keyring.roots, index_key=new_root())
    assert keyring.blind_index("phone", "1") != keyring.blind_index("login", "1")
    assert keyring.blind_index("phone", "1") != another.blind_index("phone", "1")


def test_a_keyring_does_not_print_its_keys(keyring: Keyring):
    assert "root" not in repr(keyring)
    assert keyring.roots[1].hex() not in repr(keyring)
    assert str(keyring.roots[1]) not in repr(keyring)


def test_digests_tell_changed_content():
    assert digest("a", None, 1) == digest("a", None, 1)
    assert len({digest("ab"), digest("a", "b"), digest("b", "a"), digest("a", "b", None)}) == 4
    assert len(digest()) == 16


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13800138000", "138****8000"),
        ("+8613800138000", "+86*******8000"),
        ("123456", "******"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_masked_phone_hides_its_middle(phone: str | None, masked: str):
    assert mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("name", "masked"), [("高小琴", "高**"), ("李雷", "李*"), ("王", "王"), ("Alexander", "A**")]
)
def test_a_masked_name_keeps_its_first_character(name: str, masked: str):
    assert mask_name(name) == masked
    assert mask_name(None) == mask_name("") == ""
