"""Whether the warehouse holds what the database holds."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb

from siyu.adapters.warehouse.manifest import Manifest
from siyu.rooms.insights.types import DayDifference
from siyu.rooms.operations.types import FactTable

_Day = dict[date | None, tuple[int, int]]


def differences(
    *, root: Path, manifest: Manifest, program_id: int, facts: Sequence[FactTable]
) -> list[DayDifference]:
    """Days on which rows or sums differ, of facts that both sides can count by day.

    Rows written after the last feed do not count. A row that was fed and written again since is
    on one side only, so verify right after a feed, or while nobody writes.
    """
    found = []
    for fact in facts:
        if fact.daily is None:
            continue
        counted = fact.daily(program_id, manifest.stamp_of(fact.name))
        database: _Day = {day: (rows, total) for day, rows, total in counted}
        warehouse = _daily(manifest.files_of(fact.name, root), fact)
        for day in sorted(database.keys() | warehouse.keys(), key=str):
            ours, theirs = database.get(day, (0, 0)), warehouse.get(day, (0, 0))
            if ours != theirs:
                found.append(
                    DayDifference(
                        fact=fact.name,
                        day=day,
                        database_rows=ours[0],
                        warehouse_rows=theirs[0],
                        database_sum=ours[1],
                        warehouse_sum=theirs[1],
                    )
                )
    return found


def _daily(files: Sequence[Path], fact: FactTable) -> _Day:
    if not files:
        return {}
    amount = "sum(amount_minor)" if "amount_minor" in fact.schema.names else "0"
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"SELECT {fact.partition}, count(*), {amount} FROM read_parquet(?) GROUP BY 1",
            [[str(file) for file in files]],
        ).fetchall()
    return {day: (count, int(total)) for day, count, total in rows}
