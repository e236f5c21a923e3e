import pytest

from tests.rooms.brand import Brand, new_brand


@pytest.fixture
def brand(db: None) -> Brand:
    """An empty program in yuan and Shanghai's time."""
    return new_brand()


@pytest.fixture
def committed_brand(transactional_db: None) -> Brand:
    """The same, committed: for threads, child processes and the warehouse."""
    return new_brand()
