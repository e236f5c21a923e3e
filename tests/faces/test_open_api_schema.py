"""The open API against its own description: no failure of ours, no answer it does not tell of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection

from siyu.config.wsgi import application
from siyu.faces.open_api.api import api
from siyu.rooms.operations.actions import issue_api_key
from siyu.rooms.operations.types import ApiScope
from tests.faces.two_brands import TwoBrands

_EXAMPLES = 40
OPERATIONS = sorted(
    (path, method)
    for path, operations in api.get_openapi_schema(path_prefix="/api/")["paths"].items()
    for method in operations
)


@pytest.fixture
def description(both: TwoBrands, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    # As Django's own test client does: a request does not end the test's connection.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    monkeypatch.setattr("siyu.rooms.operations.actions.api_keys.CALLS_A_MINUTE", 10**9)
    yield schemathesis.openapi.from_wsgi("/api/openapi.json", application)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def token(both: TwoBrands) -> str:
    return issue_api_key(viewer=both.plum.owner, name="test", scopes=list(ApiScope)).token


def _breaks_something(case: Any) -> bool:
    """Whether what is wrong with a case is sent: our key mends headers, empty lists vanish."""
    negative = {
        where.value
        for where, component in case.meta.components.items()
        if component.mode is GenerationMode.NEGATIVE
    }
    if any(value in ([], {}) for value in (case.query or {}).values()):
        negative.discard("query")
    return bool(negative - {"header"})


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_answer_is_as_described(
    description: Any, token: str, path: str, method: str, mode: GenerationMode
) -> None:
    operation = description[path][method]
    seen = set()

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=_EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def check(case: Any) -> None:
        response = case.call_and_validate(
            headers={"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"},
            excluded_checks=[] if _breaks_something(case) else [negative_data_rejection],
        )
        seen.add(response.status_code)

    check()
    assert seen
