"""The open API as a whole: its operations, its keys, its errors, its description."""

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from siyu.faces.open_api import money, reads, writes
from siyu.faces.open_api.access import KeyAuth
from siyu.faces.open_api.problems import PROBLEM_TYPE, answer_problems

_FIRST_ERROR = 400
_WAIT = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
_HEADERS = {
    "429": _WAIT,
    "503": _WAIT,
    "401": {"WWW-Authenticate": {"schema": {"type": "string"}}},
}


class OpenApi(NinjaAPI):
    """Describes errors as the problem documents that they are."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """The OpenAPI 3.1 description."""
        schema = super().get_openapi_schema(**options)
        for operations in schema["paths"].values():
            for operation in operations.values():
                for status, answer in operation["responses"].items():
                    if int(status) >= _FIRST_ERROR and "content" in answer:
                        (content,) = answer["content"].values()
                        answer["content"] = {PROBLEM_TYPE: content}
                        answer["headers"] = _HEADERS.get(str(status), {})
        return schema


api = OpenApi(
    title="Siyu",
    version="1",
    description=(
        "Other systems write people and orders, and read what was computed of them. "
        "Keys are issued at headquarters, page API keys. Money is in minor units of the "
        "program's currency, moments bear their offset from UTC, ids are text."
    ),
    auth=KeyAuth(),
    urls_namespace="open-api",
)
api.add_router("/v1", writes.router)
api.add_router("/v1", reads.router)
api.add_router("/v1", money.router)
answer_problems(api)
