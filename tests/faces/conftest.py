"""Two programs made once for this folder; what a test changes in them is rolled back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client, override_settings

from siyu.faces.middleware import BY_LINK
from tests.append_only import empty_database
from tests.faces.two_brands import TwoBrands, two_brands

# Built assets are collected by the server only; pages name them alike without.
_PLAIN_STATIC = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
_QUICK_HASHES = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="package", autouse=True)
def plain_and_quick() -> Iterator[None]:
    with override_settings(STORAGES=_PLAIN_STATIC, PASSWORD_HASHERS=_QUICK_HASHES):
        yield


@pytest.fixture(scope="package")
def committed(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TwoBrands]:
    """Committed, since the warehouse is not fed what may still be rolled back."""
    with django_db_blocker.unblock():
        try:
            yield two_brands(tmp_path_factory.mktemp("files"))
        finally:
            empty_database()


@pytest.fixture
def both(committed: TwoBrands, db: None) -> TwoBrands:
    return committed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


SignIn = Callable[..., Client]


@pytest.fixture
def sign_in(both: TwoBrands) -> SignIn:
    """A browser in which somebody is signed in: with a password, or by a link."""
    known: dict[tuple[str, bool], str] = {}

    def begin(who: str, *, by_link: bool = False, **more: Any) -> Client:
        client = Client(**more)
        if (who, by_link) not in known:
            client.force_login(get_user_model()._default_manager.get(pk=both.staff[who]))
            session = client.session
            session[BY_LINK] = by_link
            session.save()
            known[who, by_link] = client.cookies[settings.SESSION_COOKIE_NAME].value
        client.cookies[settings.SESSION_COOKIE_NAME] = known[who, by_link]
        return client

    return begin
