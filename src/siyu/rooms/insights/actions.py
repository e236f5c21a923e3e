"""Every write of insights."""

from datetime import date, timedelta

from siyu.analytics.engine import RESULTS_VERSION
from siyu.foundation.clock import utc_now
from siyu.foundation.ids import new_id
from siyu.rooms.insights.models import Freshness, Publication
from siyu.rooms.insights.ports import warehouse
from siyu.rooms.insights.types import Parameters
from siyu.rooms.operations.actions import RunLog, begin_epoch, deliver_all
from siyu.rooms.operations.types import RunView
from siyu.rooms.organization.queries import today_in

_OLD_RESULTS_LIVE = timedelta(days=1)
_HOURLY_KEPT = 2


def sync_warehouse(*, program_id: int, log: RunLog) -> int:
    """Feed the warehouse what was written since the last time; returns the rows fed."""
    with log.step("sync") as step:
        fed = warehouse().sync(
            program_id=program_id,
            on_result=lambda name, rows: step.advance(rows),
        )
        step.wrote(sum(fed.values()))
    return sum(fed.values())


def feed_warehouse(*, program_id: int) -> dict[str, int]:
    """Feed the warehouse outside a run; returns the rows fed by fact."""
    return warehouse().sync(program_id=program_id, on_result=lambda name, rows: None)


def rebuild_warehouse(*, program_id: int) -> dict[str, int]:
    """Feed a program's facts again from the beginning; returns the rows fed by fact.

    Begins a new epoch, so after a restore no other program trusts its old mark either.
    """
    begin_epoch()
    # After a restore the hourly results that the database names may be gone.
    Freshness.objects.filter(program_id=program_id).delete()
    return warehouse().rebuild(program_id=program_id, on_result=lambda name, rows: None)


def compute_insights(*, program_id: int, parameters: Parameters, log: RunLog) -> int:
    """Compute every result of the nightly run; returns the id under which they lie, unpublished."""
    results_id = new_id()
    before_id = _results_before(program_id, parameters.as_of)
    log.uses(warehouse().engine)
    for name in warehouse().results():
        with log.step(name) as step:
            rows = warehouse().compute(
                program_id=program_id,
                run_id=results_id,
                before_id=before_id,
                result=name,
                parameters=parameters,
            )
            step.wrote(rows)
    return results_id


def publish(*, program_id: int, results_id: int, as_of: date) -> None:
    """Let readers see the results from now on, in place of earlier ones of the same day.

    Results that nobody may read any more go: replaced a day ago, or left by a run that died.
    """
    Publication.objects.update_or_create(
        program_id=program_id,
        as_of=as_of,
        defaults={
            "results_id": results_id,
            "published_at": utc_now(),
            "version": RESULTS_VERSION,
        },
    )
    long_ago = utc_now() - _OLD_RESULTS_LIVE
    published = Publication.objects.filter(program_id=program_id)
    old = published.filter(published_at__lt=long_ago).order_by("-published_at")
    # The newest of the old ones was read until a younger one took its place.
    published.filter(id__in=list(old.values_list("id", flat=True)[1:])).delete()
    hourly = Freshness.objects.filter(program_id=program_id)
    warehouse().forget_results(
        program_id=program_id,
        kept=frozenset(published.values_list("results_id", flat=True))
        | frozenset(hourly.values_list("results_id", flat=True)),
        written_before=long_ago,
    )


def hourly_key(*, program_id: int) -> str:
    """The key of a program's hourly run: it is one run that is done again and again."""
    return f"hourly:{program_id}"


def run_hourly(run: RunView, log: RunLog) -> None:
    """The runner of the kind ``hourly``: what was written since the last time is in the figures.

    Lines whose credit still fails count too, as sold by nobody until it comes.
    """
    program_id = run.program_id or 0
    with log.step("reactions") as step:
        step.wrote(deliver_all(listener=lambda name, done, total: step.advance(done, total)))
    freshen_figures(program_id=program_id, log=log)


def freshen_figures(*, program_id: int, log: RunLog, everything: bool = False) -> int:
    """Feed what was sold and let readers see today's figures; returns the days computed anew.

    Only the days that changed are computed, or ``everything`` from the first of the last month.
    """
    now = utc_now()
    with log.step("fresh_facts") as step:
        fed = warehouse().sync(
            program_id=program_id,
            on_result=lambda name, rows: step.advance(rows),
            hourly=True,
        )
        step.wrote(sum(fed.values()))
    rows = Freshness.objects.filter(program_id=program_id).order_by("-fresh_at")
    last = rows.first()
    is_usable = last is not None and last.version == RESULTS_VERSION
    results_id, today = new_id(), today_in(program_id=program_id)
    log.uses(warehouse().engine)
    with log.step("figures") as step:
        days = warehouse().freshen(
            program_id=program_id,
            run_id=results_id,
            before_id=last.results_id if last and is_usable and not everything else None,
            today=today,
            on_result=lambda name, rows: step.advance(rows),
        )
        step.wrote(days)
    if days:
        Freshness.objects.create(
            program_id=program_id,
            results_id=results_id,
            version=RESULTS_VERSION,
            today=today,
            fresh_at=now,
        )
    elif last:
        rows.filter(id=last.id).update(fresh_at=now, today=today)
    for old in rows[_HOURLY_KEPT:]:
        old.delete()
        warehouse().forget(program_id=program_id, run_id=old.results_id)
    return days


def _results_before(program_id: int, as_of: date) -> int | None:
    """The results of the last night before a day, else those of the day itself."""
    published = Publication.objects.filter(program_id=program_id, as_of__lte=as_of)
    rows = list(published.order_by("-as_of").values_list("as_of", "results_id")[:2])
    earlier = [results_id for on, results_id in rows if on < as_of]
    return next(iter(earlier or [results_id for _on, results_id in rows]), None)
