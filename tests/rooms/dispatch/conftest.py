from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.append_only import empty_database
from tests.rooms.dispatch.chain import Chain, new_chain


@pytest.fixture(scope="module")
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Chain]:
    with django_db_blocker.unblock():
        yield new_chain()
        empty_database()


@pytest.fixture
def chain(committed: Chain, db: None) -> Chain:
    return committed
