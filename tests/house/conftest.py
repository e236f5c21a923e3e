"""The house as pyproject.toml declares it."""

from __future__ import annotations

import tomllib

import pytest

from tests.house import tree


@pytest.fixture(scope="session")
def room_order() -> list[str]:
    """The rooms as the import contract orders them, lowest first."""
    settings = tomllib.loads((tree.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    layers = next(one["layers"] for one in contracts if one.get("containers") == ["siyu.rooms"])
    return [layer.strip("()") for layer in reversed(layers)]
