"""The hourly run: which days changed since the run before, and their figures computed anew."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import ibis

from siyu.adapters.warehouse.manifest import Manifest
from siyu.analytics.engine import HOURLY, KEPT, Engine, table
from siyu.foundation.calendar import month_of

OnResult = Callable[[str, int], None]
Fed = dict[str, dict[str, list[str]]]
_BY_DAY = ("order_lines", "refunds")
_DATED = (*_BY_DAY, "credits")
_FED = "fed.json"
_HOURS_DAYS = 7


def fed_since(files: Fed, since: date) -> Fed:
    """The fact files that hold the days from a day on, by fact and day."""
    return {
        fact: {day: names for day, names in files.get(fact, {}).items() if day >= str(since)}
        for fact in _DATED
    }


def changed_days(before: Fed, now: Fed) -> dict[str, set[date]]:
    """The days, by fact, whose files are not those that the run before read."""
    return {
        fact: {
            date.fromisoformat(day)
            for day in now[fact].keys() | before[fact].keys()
            if now[fact].get(day) != before[fact].get(day)
        }
        for fact in _DATED
    }


def freshen(
    *,
    engine: Engine,
    root: Path,
    manifest: Manifest,
    folder: Path,
    folder_before: Path | None,
    today: date,
    on_result: OnResult,
) -> int:
    """Compute the results of `HOURLY` into a folder; returns how many days were computed anew.

    The engine knows the facts of the manifest. Without a folder of the run before, every day from
    the first of the last month on is computed. Nothing is written where nothing changed.
    """
    since = month_of(today, -1)
    now = fed_since(manifest.files, since)
    before = _read(folder_before) if folder_before else {}
    changed = changed_days(fed_since(before, since), now)
    touched = set.union(*changed.values())
    _register(engine, root, now)
    touched |= _days_of_refunds(engine, changed["credits"])
    if not touched:
        return 0
    own = {fact: _only(days, touched) for fact, days in now.items()}
    _register(engine, root, own)
    # A line's credit is of the line's day; what is given back may be of a line of any day.
    engine.register(name="credits", files=_files(root, own["credits"]))
    for name, result in KEPT.items():
        kept = folder_before / f"{result}.parquet" if before and folder_before else None
        engine.register(name=name, files=[kept] if kept else [])
    parameters = {
        "since": since,
        "hours_since": today - timedelta(days=_HOURS_DAYS),
        "touched": sorted(touched),
    }
    for each in HOURLY:
        if each.name == "returns":
            engine.register(name="credits", files=manifest.files_of("credits", root))
        path = folder / f"{each.name}.parquet"
        on_result(each.name, engine.compute(result=each, parameters=parameters, path=path))
    (folder / _FED).write_text(json.dumps(now))
    return len(touched)


def _read(folder: Path) -> Fed:
    path = folder / _FED
    fed: Fed = json.loads(path.read_text()) if path.exists() else {}
    return fed


def _only(days: dict[str, list[str]], touched: set[date]) -> dict[str, list[str]]:
    return {day: names for day, names in days.items() if date.fromisoformat(day) in touched}


def _register(engine: Engine, root: Path, fed: Fed) -> None:
    """Let the engine read these days of lines and refunds."""
    for fact in _BY_DAY:
        engine.register(name=fact, files=_files(root, fed[fact]))


def _files(root: Path, days: dict[str, list[str]]) -> list[Path]:
    return [root / name for names in days.values() for name in names]


def _days_of_refunds(engine: Engine, credited: set[date]) -> set[date]:
    """The days of refunds of lines credited anew: they may be another seller's now."""
    if not credited:
        return set()
    refunds, credited_lines = table("refunds"), table("credits")
    fresh = credited_lines.filter(
        credited_lines.business_on.isin([ibis.literal(on) for on in sorted(credited)])
    )
    days = refunds.semi_join(fresh, refunds.line_id == fresh.line_id).select("business_on")
    return set(engine.query(expression=days.distinct())["business_on"].to_pylist())
