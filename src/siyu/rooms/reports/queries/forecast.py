"""What a program's customers are expected to do."""

from collections.abc import Mapping
from typing import Any

from siyu.foundation.errors import NotAllowed
from siyu.rooms.insights.ports import warehouse
from siyu.rooms.insights.queries import publication_of
from siyu.rooms.insights.types import Forecast, ForecastErrors, Lookup
from siyu.rooms.operations.types import Right, Scope, Viewer
from siyu.rooms.reports.types import ProgramForecast

_ERRORS = ("mean_absolute", "root_mean_square", "predicted")
_PARAMETERS = ("r", "alpha", "a", "b", "p", "q", "v")
_DAYS = (30, 90)


def forecast_of(*, viewer: Viewer) -> ProgramForecast | None:
    """The forecast of the newest night; None before the first one, and before the first order.

    Raises NotAllowed without the whole program.
    """
    viewer.require(Right.SEE_OVERVIEW)
    if viewer.scope is not Scope.PROGRAM:
        raise NotAllowed("This looks at the whole program; ask headquarters.")
    publication = publication_of(program_id=viewer.program_id)
    if publication is None:
        return None
    rows = (
        warehouse()
        .read(
            program_id=viewer.program_id,
            run_id=publication.run_id,
            lookup=Lookup(result="forecast"),
        )
        .to_pylist()
    )
    return _forecast(rows[0]) if rows else None


def _forecast(row: Mapping[str, Any]) -> ProgramForecast:
    return ProgramForecast(
        chosen=Forecast(row["chosen"]),
        customers=row["customers"],
        tested=row["tested"],
        season=row["season"],
        baseline=_errors(row, Forecast.BASELINE),
        bg_nbd=_errors(row, Forecast.BG_NBD),
        visits={days: row[f"visits_{days}"] for days in _DAYS},
        seasons={days: row[f"season_{days}"] for days in _DAYS},
        parameters={name: row[name] for name in _PARAMETERS if row[name] is not None},
    )


def _errors(row: Mapping[str, Any], kind: Forecast) -> ForecastErrors | None:
    found = {name: row[f"{kind.value}_{name}"] for name in _ERRORS}
    if None in found.values():
        return None
    return ForecastErrors(**found, actual=row["actual"])
