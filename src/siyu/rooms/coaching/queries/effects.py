"""What looking after sellers added."""

from siyu.analytics.marts.seller_candidates import SELLER_SIGNALS
from siyu.analytics.marts.seller_responses import SELLER_HORIZON_DAYS
from siyu.rooms.insights.queries import read_out, seller_responses_of
from siyu.rooms.insights.types import LaunchView, Readout
from siyu.rooms.operations.types import Viewer

_PLANNED_DAYS = 60


def coaching_effects(*, viewer: Viewer) -> dict[str, Readout]:
    """What each reason for looking after a seller added, all issued tasks against the held ones.

    Read out over 14 days, for as long as held sellers are left alone; customers of the read-outs
    are sellers here, and buyers those who sold. Raises NotAllowed without the whole program.
    """
    launch = LaunchView(
        launched_on=None, horizon_days=SELLER_HORIZON_DAYS, planned_days=_PLANNED_DAYS
    )
    rows = seller_responses_of(viewer=viewer)
    return {
        signal: read_out(
            viewer=viewer, rows=[row for row in rows if row["signal"] == signal], launch=launch
        )
        for signal in SELLER_SIGNALS
    }
