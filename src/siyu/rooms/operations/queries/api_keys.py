from siyu.rooms.operations.models import ApiKey
from siyu.rooms.operations.types import ApiKeyView, ApiScope, Right, Viewer


def api_keys_of(*, viewer: Viewer) -> list[ApiKeyView]:
    """The program's keys of the open API, newest first, revoked ones included."""
    viewer.require(Right.MANAGE_KEYS)
    rows = ApiKey.objects.filter(program_id=viewer.program_id).order_by("-id")
    return [api_key_view(row) for row in rows]


def api_key_view(row: ApiKey) -> ApiKeyView:
    """A key for those outside the room."""
    return ApiKeyView(
        id=row.id,
        program_id=row.program_id,
        name=row.name,
        hint=row.hint,
        source=row.source,
        scopes=frozenset(map(ApiScope, row.scopes)),
        created_at=row.created_at,
        created_by_id=row.created_by_id,
        last_used_on=row.last_used_on,
        is_revoked=row.revoked_at is not None,
    )
