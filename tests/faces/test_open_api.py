"""The open API: what each key opens, batches that are taken once, pages, refusals."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from siyu.faces.open_api.api import api
from siyu.foundation.clock import utc_now
from siyu.rooms.customers.queries import customer_ids_by_key, find_by_phone
from siyu.rooms.operations.actions import issue_api_key, revoke_api_key
from siyu.rooms.operations.models import IdempotentCall
from siyu.rooms.operations.queries import api_keys_of
from siyu.rooms.operations.types import ApiScope
from siyu.rooms.orders.models import OrderLine
from siyu.rooms.orders.queries import purchases_of
from tests.faces.conftest import SignIn
from tests.faces.test_access_matrix import leaks
from tests.faces.two_brands import PRICES, TwoBrands, customer_of, seller_of, today

CUSTOMER = {"key": "fresh-1", "name": "New Friend", "phone": "13900001111"}
ORDER = {
    "order_key": "fresh-order",
    "customer_key": "fresh-1",
    "seller_key": "sk-ann",
    "status": "paid",
    "ordered_at": "2026-11-01T23:30:00+08:00",
    "paid_at": "2026-11-01T23:31:00+08:00",
    "freight_minor": 800,
    "lines": [
        {"product_key": "goods", "quantity": "2", "unit_price": "9.995", "amount_minor": 1999},
        {"product_key": "fresh", "product_name": "Fresh", "quantity": "1", "amount_minor": 500},
    ],
}
FOLLOW = {"customer_key": "fresh-1", "seller_key": "sk-ann", "followed_at": "2026-11-01T10:00:00Z"}
COMMUNITY = {"key": "group", "seller_key": "sk-ann", "opened_at": "2026-11-01T10:00:00Z"}
# Every operation by hand: how it is called, and the one scope that opens it.
OPERATIONS: dict[str, tuple[ApiScope, Any]] = {
    "POST /v1/customers": (ApiScope.WRITE_CUSTOMERS, {"rows": [CUSTOMER]}),
    "POST /v1/sellers": (ApiScope.WRITE_SELLERS, {"rows": [{"key": "sk-new", "store_key": "x"}]}),
    "POST /v1/products": (ApiScope.WRITE_PRODUCTS, {"rows": [{"key": "fresh", "name": "Fresh"}]}),
    "POST /v1/follows": (ApiScope.WRITE_FOLLOWS, {"rows": [FOLLOW]}),
    "POST /v1/communities": (ApiScope.WRITE_COMMUNITIES, {"rows": [COMMUNITY]}),
    "POST /v1/orders": (ApiScope.WRITE_ORDERS, {"rows": [ORDER]}),
    "GET /v1/tasks": (ApiScope.READ_TASKS, {}),
    "GET /v1/portraits": (ApiScope.READ_PORTRAITS, {}),
    "GET /v1/sellers/health": (ApiScope.READ_SELLERS, {}),
    "GET /v1/metrics": (ApiScope.READ_METRICS, {"since": "2026-01-01", "days": "365"}),
    "GET /v1/segments": (ApiScope.READ_SEGMENTS, {}),
    "GET /v1/segments/{segment_id}/members": (ApiScope.READ_SEGMENTS, {}),
    "GET /v1/estimates": (ApiScope.READ_PAY, {"seller_key": "sk-ann", "product_key": "goods"}),
    "GET /v1/accruals": (ApiScope.READ_PAY, {}),
    "GET /v1/balances": (ApiScope.READ_PAY, {}),
    "GET /v1/statements": (ApiScope.READ_PAY, {}),
}


class Caller:
    """Another system with a key."""

    def __init__(
        self, both: TwoBrands, *scopes: ApiScope, program: str = "plum", source: str = "api"
    ) -> None:
        brand = both.plum if program == "plum" else both.fern
        self.segment = both.segments[program]
        self.key = issue_api_key(
            viewer=brand.owner, name="test", scopes=scopes or list(ApiScope), source=source
        )
        self._client = Client(
            headers={"Authorization": f"Bearer {self.key.token}", "Accept-Language": "en"}
        )

    def get(self, path: str, **query: Any) -> HttpResponse:
        return self._client.get(f"/api{path}", query)

    def post(self, path: str, body: Any, key: str = "first") -> HttpResponse:
        text = body if isinstance(body, str) else json.dumps(body)
        return self._client.post(
            f"/api{path}", text, content_type="application/json", headers={"Idempotency-Key": key}
        )

    def call(self, operation: str) -> HttpResponse:
        method, path = operation.split()
        path = path.format(segment_id=self.segment)
        body = OPERATIONS[operation][1]
        return self.post(path, body) if method == "POST" else self.get(path, **body)


@pytest.fixture
def caller(both: TwoBrands) -> Caller:
    return Caller(both)


def rows_of(response: HttpResponse) -> list[dict[str, Any]]:
    assert response.status_code == 200, response.content
    rows: list[dict[str, Any]] = response.json()["rows"]
    return rows


class TestAccess:
    def test_every_operation_stands_in_the_matrix(self):
        paths = api.get_openapi_schema(path_prefix="/")["paths"]
        described = {f"{method.upper()} {path}" for path in paths for method in paths[path]}
        assert described == set(OPERATIONS)

    @pytest.mark.parametrize("operation", OPERATIONS)
    def test_its_scope_opens_it_and_no_other_does(self, both: TwoBrands, operation: str):
        scope = OPERATIONS[operation][0]
        assert Caller(both, scope).call(operation).status_code == 200
        others = Caller(both, *(set(ApiScope) - {scope})).call(operation)
        assert others.status_code == 403
        assert others.headers["Content-Type"] == "application/problem+json"
        assert scope.value in others.json()["detail"]

    @pytest.mark.parametrize("operation", OPERATIONS)
    def test_nobody_without_a_key(self, both: TwoBrands, operation: str, caller: Caller):
        method, path = operation.split()
        path = "/api" + path.format(segment_id=caller.segment)
        revoke_api_key(viewer=both.plum.owner, key_id=caller.key.id, now=utc_now())
        for headers in (
            {},
            {"Authorization": "Bearer "},
            {"Authorization": "Bearer siyu_nothing"},
            {"Authorization": f"Basic {caller.key.token}"},
            {"Authorization": f"Bearer {caller.key.token}"},
        ):
            response = Client().generic(method, path, "{}", "application/json", headers=headers)
            assert response.status_code == 401
            assert response.headers["WWW-Authenticate"] == "Bearer"
        assert IdempotentCall.objects.count() == 0

    @pytest.mark.parametrize("operation", [each for each in OPERATIONS if "GET" in each])
    def test_another_program_is_never_told(self, both: TwoBrands, operation: str):
        caller = Caller(both, program="fern")
        text = caller.call(operation).content.decode()
        assert leaks(both.marks(set(PRICES) - {"dan"}), text) == []

    def test_a_segment_of_another_program_is_none(self, both: TwoBrands, caller: Caller):
        response = caller.get(f"/v1/segments/{both.segments['fern']}/members")
        assert response.status_code == 404
        assert caller.get(f"/v1/segments/{'9' * 19}/members").status_code == 404

    def test_writing_reaches_its_own_program_only(self, both: TwoBrands):
        Caller(both, program="fern").post("/v1/customers", {"rows": [CUSTOMER]})
        known = {
            brand.program.code: customer_ids_by_key(
                program_id=brand.program.id, source="api", keys=["fresh-1"]
            )
            for brand in (both.plum, both.fern)
        }
        assert known["plum"] == {}
        assert len(known["fern"]) == 1

    def test_no_page_gives_phones_or_names(self, both: TwoBrands, caller: Caller):
        text = "".join(caller.call(each).content.decode() for each in OPERATIONS if "GET" in each)
        people = [customer_of(name, number) for name in PRICES for number in range(3)]
        assert [person.phone for person in people if person.phone in text] == []
        assert [person.name for person in people if person.name in text] == []


class TestMoney:
    def test_an_estimate_tells_its_reason(self, caller: Caller):
        (told,) = rows_of(caller.get("/v1/estimates", seller_key="sk-ann", product_key="goods"))
        assert told == {
            "product_key": "goods",
            "price_minor": 9_900,
            "amount_minor": 297,
            "reasons": ["own sales 3%"],
        }

    def test_several_products_come_in_their_order(self, caller: Caller):
        products = {"rows": [{"key": "cup", "price_minor": 1_000}]}
        assert caller.post("/v1/products", products).status_code == 200
        asked = {"seller_key": "sk-ann", "product_key": ["goods", "cup", "goods"]}
        told = rows_of(caller.get("/v1/estimates", **asked))
        assert [(each["product_key"], each["amount_minor"]) for each in told] == [
            ("goods", 297),
            ("cup", 30),
            ("goods", 297),
        ]

    @pytest.mark.parametrize(
        ("asked", "field"),
        [
            ({"seller_key": "sk-nobody", "product_key": "goods"}, "no such seller"),
            ({"seller_key": "sk-ann", "product_key": "nothing"}, "no product nothing"),
            ({"seller_key": "sk-ann"}, "product_key"),
            ({"seller_key": "sk-ann", "product_key": ["goods"] * 21}, "product_key"),
        ],
    )
    def test_what_cannot_be_estimated_is_named(
        self, caller: Caller, asked: dict[str, Any], field: str
    ):
        response = caller.get("/v1/estimates", **asked)
        assert response.status_code in (404, 422)
        assert field in response.content.decode()

    def test_balances_are_the_sum_of_what_was_booked(self, both: TwoBrands, caller: Caller):
        booked: dict[str, int] = {}
        for row in rows_of(caller.get("/v1/accruals")):
            assert row["scope"] == "line"
            assert (row["rule"], row["rate"]) == ("own sales", "3%")
            booked[row["seller_key"]] = booked.get(row["seller_key"], 0) + row["amount_minor"]
        told = {
            row["seller_key"]: row["pending_minor"] + row["available_minor"] + row["paid_minor"]
            for row in rows_of(caller.get("/v1/balances"))
        }
        assert told == booked
        assert set(told) == {"sk-ann", "sk-amy", "sk-bob", "sk-cat"}

    def test_statements_close_where_they_add_up(self, caller: Caller):
        told = rows_of(caller.get("/v1/statements", limit="500"))
        assert told
        for row in told:
            moved = ("earned", "reversed", "bonus", "withheld", "paid")
            sums = row["opening_minor"] + sum(row[f"{name}_minor"] for name in moved)
            assert sums == row["closing_minor"]

    @pytest.mark.parametrize("path", ["/v1/accruals", "/v1/balances", "/v1/statements"])
    def test_pages_follow_each_other(self, caller: Caller, path: str):
        whole = rows_of(caller.get(path, limit="500"))
        found, cursor = [], ""
        while cursor is not None:
            page = caller.get(path, limit="3", cursor=cursor)
            found += rows_of(page)
            cursor = page.json()["next_cursor"]
        assert found == whole

    def test_bookings_keep_to_days(self, caller: Caller):
        assert rows_of(caller.get("/v1/accruals", since="2099-01-01")) == []


class TestWrites:
    def test_an_order_comes_in_whole(self, both: TwoBrands, caller: Caller):
        caller.post("/v1/customers", {"rows": [CUSTOMER]})
        answer = caller.post("/v1/orders", {"rows": [ORDER]}, key="order")
        assert answer.json() == {"created": 1, "updated": 0, "unchanged": 0, "rejected": []}
        plum = both.plum
        customer_id = customer_ids_by_key(
            program_id=plum.program.id, source="api", keys=["fresh-1"]
        )["fresh-1"]
        (order,) = purchases_of(viewer=plum.owner, customer_id=customer_id)
        assert sorted(line.amount_minor for line in order.lines) == [500, 1999]
        assert order.at.isoformat() == "2026-11-01T15:31:00+00:00"
        again = caller.post("/v1/orders", {"rows": [ORDER]}, key="again").json()
        assert again == {"created": 0, "updated": 0, "unchanged": 1, "rejected": []}

    def test_a_batch_is_taken_once(self, both: TwoBrands, caller: Caller):
        first = caller.post("/v1/customers", {"rows": [CUSTOMER]})
        second = caller.post("/v1/customers", {"rows": [CUSTOMER]})
        assert (
            first.json()
            == second.json()
            == {
                "created": 1,
                "updated": 0,
                "unchanged": 0,
                "rejected": [],
            }
        )
        assert "Idempotent-Replayed" not in first.headers
        assert second.headers["Idempotent-Replayed"] == "true"
        other = caller.post("/v1/customers", {"rows": [CUSTOMER | {"name": "Another"}]})
        assert other.status_code == 409
        elsewhere = caller.post("/v1/products", {"rows": [{"key": "fresh-1"}]})
        assert elsewhere.status_code == 409, "the address is part of what is asked"
        stranger = Caller(both).post("/v1/customers", {"rows": [CUSTOMER]})
        assert stranger.json()["unchanged"] == 1, "keys of idempotency are each caller's own"

    def test_two_systems_may_use_the_same_order_number(self, both: TwoBrands):
        for source in ("mall", "till"):
            answer = Caller(both, source=source).post("/v1/orders", {"rows": [ORDER]})
            assert answer.json()["created"] == 1
        again = Caller(both, source="till").post("/v1/orders", {"rows": [ORDER]})
        assert again.json()["unchanged"] == 1, "a new key of the same system"

    def test_the_greatest_figures_come_back_as_they_were(self, both: TwoBrands, caller: Caller):
        line = {"quantity": "999999999.999", "unit_price": "999999999.999999"}
        rows = [ORDER | {"lines": [line | {"amount_minor": 10**12 - 1}] * 200}]
        assert caller.post("/v1/orders", {"rows": rows}).json()["created"] == 1
        found = OrderLine.objects.filter(order__source_key="fresh-order").first()
        assert found
        assert (str(found.quantity), str(found.unit_price)) == ("999999999.999", "999999999.999999")
        for odd in ({"unit_price": "9999999999"}, {"quantity": "9999999999"}):
            wrong = [ORDER | {"lines": [line | odd | {"amount_minor": 1}]}]
            assert caller.post("/v1/orders", {"rows": wrong}, key="odd").status_code == 422

    def test_a_phone_number_is_found_however_it_ends(self, both: TwoBrands, caller: Caller):
        row = CUSTOMER | {"phone": "13900001111\n"}
        assert caller.post("/v1/customers", {"rows": [row]}).json()["created"] == 1
        assert len(find_by_phone(viewer=both.plum.owner, phone="13900001111")) == 1

    def test_a_row_that_cannot_be_taken_is_named_and_the_others_are_in(self, caller: Caller):
        rows = [FOLLOW, FOLLOW | {"seller_key": "nobody"}]
        answer = caller.post("/v1/follows", {"rows": rows}).json()
        assert answer["created"] == 1
        assert [(each["index"], each["field"]) for each in answer["rejected"]] == [
            (1, "seller_key")
        ]

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"rows": []}, "body.rows"),
            ({"rows": [CUSTOMER] * 1001}, "body.rows"),
            ({"rows": [{"name": "x"}]}, "body.rows.0.key"),
            ({"rows": [CUSTOMER, CUSTOMER | {"key": " "}]}, "body.rows.1.key"),
            ({"rows": [CUSTOMER | {"key": "138****5678"}]}, "body.rows.0.key"),
            ({"rows": [CUSTOMER | {"born_on": "1990-02-30"}]}, "body.rows.0.born_on"),
            ({"rows": [CUSTOMER | {"city_tier": 6}]}, "body.rows.0.city_tier"),
            ({"rows": [CUSTOMER | {"surname": "x"}]}, "body.rows.0.surname"),
            ('{"rows": [{"key": "a\\u0000"}]}', "body.rows.0.key"),
            ('{"rows": [{"key": "a\\ud800"}]}', "body.rows.0.key"),
        ],
    )
    def test_what_does_not_fit_is_named_and_nothing_is_stored(
        self, both: TwoBrands, caller: Caller, body: Any, field: str
    ):
        answer = caller.post("/v1/customers", body)
        assert answer.status_code == 422
        assert field in {each["field"] for each in answer.json()["errors"]}
        found = customer_ids_by_key(
            program_id=both.plum.program.id, source="api", keys=["fresh-1", "a"]
        )
        assert found == {}
        taken = caller.post("/v1/customers", {"rows": [CUSTOMER]})
        assert taken.json()["created"] == 1, "a refused call does not use up its key"

    @pytest.mark.parametrize("text", ["", "{", "[]", "nonsense", '{"rows": NaN}'])
    def test_a_body_that_is_no_json_is_refused(self, caller: Caller, text: str):
        assert caller.post("/v1/customers", text).status_code in (400, 422)

    def test_a_batch_that_is_too_big_is_refused(self, caller: Caller, settings: Any):
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
        answer = caller.post("/v1/customers", {"rows": [CUSTOMER] * 50})
        assert answer.status_code == 413


class TestReads:
    @pytest.mark.parametrize(
        ("path", "column"),
        [
            ("/v1/tasks", "id"),
            ("/v1/portraits", "customer_id"),
            ("/v1/sellers/health", "seller_id"),
            ("/v1/segments/{segment}/members", "customer_id"),
        ],
    )
    def test_pages_hold_every_row_once(
        self, both: TwoBrands, caller: Caller, path: str, column: str
    ):
        path = path.format(segment=caller.segment)
        whole = [row[column] for row in rows_of(caller.get(path, limit=500))]
        assert len(whole) > 3
        found, cursor = [], ""
        while cursor is not None:
            page = caller.get(path, limit=3, cursor=cursor)
            found += [row[column] for row in rows_of(page)]
            cursor = page.json()["next_cursor"]
        assert found == whole
        assert len(set(whole)) == len(whole)
        assert rows_of(caller.get(path, cursor="9" * 19)) == []

    def test_held_tasks_are_never_told(self, both: TwoBrands, caller: Caller):
        ids = {row["id"] for row in rows_of(caller.get("/v1/tasks", limit=500))}
        assert str(both.tasks["ann-1"]) in ids
        assert str(both.tasks["ann-3"]) not in ids
        assert rows_of(caller.get("/v1/tasks", state="done")) == []
        assert caller.get("/v1/tasks", state="held").json()["rows"] == []

    def test_figures_are_the_programs(self, both: TwoBrands, caller: Caller):
        since = today() - timedelta(days=29)
        found = caller.get("/v1/metrics", since=str(since), days=30).json()
        assert found["gmv_minor"] == 3 * 100 * (100 + 2_000 + 30_000 + 400_000)
        health = {row["seller_key"]: row for row in rows_of(caller.get("/v1/sellers/health"))}
        assert set(health) == {seller_of(name).key for name in ("ann", "amy", "bob", "cat")}

    @pytest.mark.parametrize(
        ("path", "query"),
        [
            ("/v1/tasks", {"limit": "0"}),
            ("/v1/tasks", {"limit": "501"}),
            ("/v1/tasks", {"cursor": "x"}),
            ("/v1/tasks", {"cusor": "1"}),
            ("/v1/tasks", {"since": "yesterday"}),
            ("/v1/metrics", {}),
            ("/v1/metrics", {"since": "2026-01-01", "days": "0"}),
            ("/v1/metrics", {"since": "2026-02-30", "days": "1"}),
        ],
    )
    def test_a_question_that_cannot_be_asked_is_refused(
        self, caller: Caller, path: str, query: dict[str, str]
    ):
        answer = caller.get(path, **query)
        assert answer.status_code == 422
        assert answer.json()["errors"]

    def test_what_is_not_there_is_a_problem_document(self, caller: Caller):
        answer = caller.get("/v1/nothing")
        assert (answer.status_code, answer.headers["Content-Type"]) == (
            404,
            "application/problem+json",
        )

    def test_a_method_that_is_not_taken_is_a_problem_document(self, caller: Caller):
        answer = caller.post("/v1/tasks", {})
        assert (answer.status_code, answer.headers["Content-Type"], answer.headers["Allow"]) == (
            405,
            "application/problem+json",
            "GET",
        )
        assert "GET" in answer.json()["detail"]

    def test_beyond_the_limit_one_waits(self, caller: Caller, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr("siyu.rooms.operations.actions.api_keys.CALLS_A_MINUTE", 2)
        answers = [caller.get("/v1/segments") for _ in range(4)]
        refused = [each for each in answers if each.status_code == 429]
        # A minute may turn between two of the calls.
        assert refused
        assert 1 <= int(refused[0].headers["Retry-After"]) <= 61


class TestKeysPage:
    def test_a_key_is_shown_once(self, both: TwoBrands, sign_in: SignIn):
        office = sign_in("administrator", headers={"Accept-Language": "en"})
        form = {"name": "Shop <1>", "scopes": ["tasks:read", "no such scope"]}
        text = office.post(reverse("api-keys"), form).content.decode()
        (token,) = re.findall(r'id="token">(siyu_[^<]+)<', text)
        caller = Client(headers={"Authorization": f"Bearer {token}"})
        assert caller.get("/api/v1/tasks").status_code == 200
        again = office.get(reverse("api-keys")).content.decode()
        assert token not in again
        assert "Shop &lt;1&gt;" in again
        (key,) = [each for each in api_keys_of(viewer=both.plum.owner) if each.name == "Shop <1>"]
        assert key.last_used_on
        office.post(reverse("api-key-revoke", args=[key.id]))
        assert caller.get("/api/v1/tasks").status_code == 401

    @pytest.mark.parametrize(
        "form",
        [
            {"name": "x"},
            {"name": " ", "scopes": ["tasks:read"]},
            {"name": "x", "scopes": ["tasks:read"], "source": "Our Shop"},
        ],
    )
    def test_what_is_missing_is_said(self, both: TwoBrands, sign_in: SignIn, form: dict[str, Any]):
        office = sign_in("administrator")
        before = len(api_keys_of(viewer=both.plum.owner))
        assert office.post(reverse("api-keys"), form).status_code == 422
        assert len(api_keys_of(viewer=both.plum.owner)) == before
