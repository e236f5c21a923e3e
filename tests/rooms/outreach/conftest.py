from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.append_only import empty_database
from tests.rooms.outreach.night import Night, new_night


@pytest.fixture(scope="module")
def committed_night(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Night]:
    """Computed once; every test draws from it inside a transaction of its own."""
    with django_db_blocker.unblock():
        yield new_night()
        empty_database()


@pytest.fixture
def night(committed_night: Night, db: None) -> Night:
    return committed_night
