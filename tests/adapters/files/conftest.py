from collections.abc import Callable
from pathlib import Path

import pytest

from siyu.adapters.files.mapping import Mapping, load_mapping
from siyu.adapters.files.staging import Staged, stage
from tests.adapters.files.samples import ORDERS_HEADINGS, ORDERS_TOML


@pytest.fixture
def orders_mapping() -> Mapping:
    return load_mapping(ORDERS_TOML)


@pytest.fixture
def stage_text(tmp_path: Path) -> Callable[..., Staged]:
    """Stages text as a CSV file in a directory of the test."""

    def stage_it(text: str, mapping: Mapping, encoding: str = "utf-8") -> Staged:
        path = tmp_path / "given.csv"
        path.write_bytes(text.encode(encoding))
        return stage(path=path, mapping=mapping, directory=tmp_path / "staged")

    return stage_it


@pytest.fixture
def stage_orders(
    stage_text: Callable[..., Staged], orders_mapping: Mapping
) -> Callable[[str], Staged]:
    """Stages order lines given without their headings."""
    return lambda lines: stage_text(f"{ORDERS_HEADINGS}\n{lines}\n", orders_mapping)
