from collections.abc import Collection
from datetime import date

from django.db.models import Count

from siyu.foundation.errors import NotAllowed, NotFound
from siyu.rooms.coaching.types import TaskState
from siyu.rooms.customers.queries import find_customer, known_as, opted_out_among, serving_now
from siyu.rooms.operations.types import Right, Scope, Viewer
from siyu.rooms.outreach.models import DrawnList, Task
from siyu.rooms.outreach.types import TaskView, TodayList
from siyu.rooms.sellers.queries import seller_ids_within

_CLOSED = (TaskState.DONE, TaskState.SKIPPED)


def today_of(*, viewer: Viewer, seller_id: int, today: date) -> TodayList:
    """A seller's list: of today, or of the last day drawn before it. Raises NotFound.

    Held tasks never show, nor do open ones with customers whom she must leave alone by now.
    """
    viewer.require(Right.WORK_TASKS)
    own = seller_ids_within(viewer=viewer)
    if own is None or seller_id not in own:
        raise NotFound("There is no such list within your reach.")
    newest = DrawnList.objects.filter(seller_id=seller_id, on__lte=today).order_by("-on").first()
    on = newest.on if newest else today
    tasks = Task.objects.filter(seller_id=seller_id).select_related("playbook", "variant")
    still = tasks.filter(state=TaskState.OPEN, due_on__lte=today).order_by(
        "-expected_value_minor", "rank", "id"
    )
    left_alone = set(must_leave_alone(tasks=still))
    closed = tasks.filter(state__in=_CLOSED, closed_on__gte=on).order_by("-closed_at")
    return TodayList(
        on=on,
        open=tuple(_view(task) for task in still if task.id not in left_alone),
        closed=tuple(map(_view, closed)),
    )


def must_leave_alone(*, tasks: Collection[Task]) -> list[int]:
    """Ids of those tasks whose customer was handed over, or wants no contact any more."""
    customer_ids = {task.customer_id for task in tasks}
    serving = serving_now(customer_ids=customer_ids)
    out = opted_out_among(customer_ids=customer_ids)
    return [
        task.id
        for task in tasks
        if task.customer_id in out
        or serving.get(task.customer_id, (None, None))[0] != task.seller_id
    ]


def longest_lists(*, viewer: Viewer, on: date, limit: int) -> list[int]:
    """Ids of the sellers with the most tasks on a day, the longest list first."""
    viewer.require(Right.SEE_SELLERS)
    lists = DrawnList.objects.filter(program_id=viewer.program_id, on=on)
    within = seller_ids_within(viewer=viewer)
    if within is not None:
        lists = lists.filter(seller_id__in=within)
    ordered = lists.order_by("-tasks", "seller_id").values_list("seller_id", flat=True)
    return list(ordered[:limit])


def find_task(*, viewer: Viewer, task_id: int) -> TaskView:
    """A task of the viewer's own that is not held; raises NotFound."""
    viewer.require(Right.WORK_TASKS)
    own = seller_ids_within(viewer=viewer)
    task = (
        Task.objects.filter(id=task_id, program_id=viewer.program_id)
        .exclude(state=TaskState.HELD)
        .select_related("playbook", "variant")
        .first()
    )
    if task is None or own is None or task.seller_id not in own:
        raise NotFound("There is no such task on your list.")
    return _view(task)


def open_task_of(*, viewer: Viewer, customer_id: int) -> TaskView | None:
    """The viewer's own open task with a customer, if there is one."""
    viewer.require(Right.WORK_TASKS)
    own = seller_ids_within(viewer=viewer)
    task = (
        Task.objects.filter(
            customer_id=customer_id, program_id=viewer.program_id, state=TaskState.OPEN
        )
        .select_related("playbook", "variant")
        .first()
    )
    return _view(task) if task is not None and own is not None and task.seller_id in own else None


def contacts_with(*, viewer: Viewer, customer_id: int, limit: int = 20) -> list[TaskView]:
    """What was done with a customer, newest first; held tasks never show. Raises NotFound."""
    customer = find_customer(viewer=viewer, customer_id=customer_id)
    known = known_as(customer_ids=[customer.id])
    tasks = Task.objects.filter(customer_id__in=list(known), state__in=_CLOSED)
    return [
        _view(task)
        for task in tasks.select_related("playbook", "variant").order_by("-closed_at")[:limit]
    ]


def tasks_after(
    *, viewer: Viewer, task_id: int, limit: int, state: TaskState | None, since: date | None
) -> list[TaskView]:
    """The program's tasks by id, beginning after one; held tasks never show.

    ``state`` and ``since`` (drawn on or after a day) leave others out. Raises NotAllowed without
    the whole program.
    """
    viewer.require(Right.SEE_CUSTOMERS)
    if viewer.scope is not Scope.PROGRAM:
        raise NotAllowed("This looks at the whole program; ask headquarters.")
    tasks = Task.objects.filter(program_id=viewer.program_id, id__gt=task_id)
    tasks = tasks.exclude(state=TaskState.HELD).select_related("playbook", "variant")
    if state is not None:
        tasks = tasks.filter(state=state)
    if since is not None:
        tasks = tasks.filter(drawn_on__gte=since)
    return [_view(task) for task in tasks.order_by("id")[:limit]]


def work_done(*, viewer: Viewer, seller_id: int, since: date) -> dict[str, int]:
    """How many tasks of a seller were done, skipped or expired since a day, by state."""
    own = seller_ids_within(viewer=viewer)
    if own is not None and seller_id not in own:
        raise NotFound("There is no such seller within your reach.")
    rows = Task.objects.filter(seller_id=seller_id, closed_on__gte=since)
    counts = dict(rows.values_list("state").annotate(Count("id")))
    return {state.value: counts.get(state, 0) for state in (*_CLOSED, TaskState.EXPIRED)}


def _view(task: Task) -> TaskView:
    return TaskView(
        id=task.id,
        program_id=task.program_id,
        seller_id=task.seller_id,
        customer_id=task.customer_id,
        drawn_on=task.drawn_on,
        due_on=task.due_on,
        signal=task.playbook.signal,
        playbook_name=task.playbook.name,
        evidence=task.evidence,
        propensity_ppm=task.propensity_ppm,
        order_value_minor=task.order_value_minor,
        expected_value_minor=task.expected_value_minor,
        state=TaskState(task.state),
        outcome=task.outcome,
        skip_reason=task.skip_reason,
        closed_at=task.closed_at,
        closed_by_id=task.closed_by_id,
        template_code=(task.variant or task.playbook).template_code,
    )
