from collections.abc import Iterable


def pick_by_source(*, rows: Iterable[tuple[str, str, int]], source: str) -> dict[str, int]:
    """Ids by key of rows (key, source, id): the same source first, else the only other one.

    A key that two other sources use is left out, for nothing says which of them is meant.
    """
    own: dict[str, int] = {}
    others: dict[str, list[int]] = {}
    for key, row_source, row_id in rows:
        if row_source == source:
            own[key] = row_id
        else:
            others.setdefault(key, []).append(row_id)
    return {key: ids[0] for key, ids in others.items() if len(ids) == 1} | own
