import signal

import pytest

from siyu.foundation.errors import Conflict, NotAllowed, NotFound
from siyu.rooms.operations.actions import (
    RunLog,
    register_runner,
    request_run,
    run_now,
    run_queued,
)
from siyu.rooms.operations.queries import find_run, run_of, runs_page
from siyu.rooms.operations.types import RunState, RunView
from siyu.rooms.organization.queries import owner_viewer
from siyu.rooms.organization.types import Role
from tests.child_process import said, start_python
from tests.rooms.brand import Brand

PROGRAM = 7
OWNER = owner_viewer(program_id=PROGRAM)
_DIES = f"""
import os, signal
from siyu.rooms.operations.actions import register_runner, run_now

def runner(run, log):
    with log.step("first") as step:
        step.wrote(5)
    with log.step("second"):
        print("working", flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

register_runner(kind="baking", runner=runner)
run_now(program_id={PROGRAM}, kind="baking", key="bake:1", arguments={{"loaves": 3}})
"""
trouble: list[BaseException] = []
baked: list[str] = []


def bake(run: RunView, log: RunLog) -> None:
    with log.step("knead") as step:
        step.advance(1, 2)
        step.wrote(run.arguments["loaves"])
    with log.step("bake"):
        if trouble:
            raise trouble[0]
    baked.append(run.key)


register_runner(kind="baking", runner=bake)


@pytest.fixture(autouse=True)
def clean() -> None:
    trouble.clear()
    baked.clear()


def bake_now(key: str = "bake:1", loaves: int = 3, **more: object) -> RunView:
    return run_now(program_id=PROGRAM, kind="baking", key=key, arguments={"loaves": loaves}, **more)


def request(key: str = "bake:1", loaves: int = 3, program_id: int = PROGRAM) -> RunView:
    return request_run(program_id=program_id, kind="baking", key=key, arguments={"loaves": loaves})


@pytest.mark.django_db
class TestRun:
    def test_a_run_records_its_steps(self):
        run = bake_now()
        assert (run.state, run.error, run.rows) == (RunState.DONE, "", 3)
        assert [(s.name, s.state, s.rows) for s in run.steps] == [
            ("knead", RunState.DONE, 3),
            ("bake", RunState.DONE, None),
        ]
        assert run.started_at is not None
        assert run.finished_at is not None
        assert run.seconds == (run.finished_at - run.started_at).total_seconds()

    def test_progress_is_told_to_who_listens(self):
        heard: list[tuple[str, int, int | None]] = []
        bake_now(listener=lambda name, finished, total: heard.append((name, finished, total)))
        assert heard == [
            ("knead", 0, None),
            ("knead", 1, 2),
            ("knead", 3, 3),
            ("bake", 0, None),
            ("bake", 0, 0),
        ]

    def test_a_failure_is_recorded_and_raised(self):
        trouble.append(Conflict("The oven is cold."))
        with pytest.raises(Conflict):
            bake_now()
        (run,) = runs_page(viewer=OWNER)
        assert (run.state, run.error) == (RunState.FAILED, "The oven is cold.")
        assert [step.state for step in run.steps] == [RunState.DONE, RunState.FAILED]
        assert run.steps[1].error == "The oven is cold."
        assert run.finished_at is not None
        assert baked == []

    @pytest.mark.parametrize("error", [ValueError("13800138000"), KeyboardInterrupt()])
    def test_an_error_of_another_library_is_named_but_not_quoted(self, error: BaseException):
        trouble.append(error)
        with pytest.raises(type(error)):
            bake_now()
        (run,) = runs_page(viewer=OWNER)
        assert (run.state, run.error) == (RunState.FAILED, type(error).__name__)

    def test_the_same_key_is_the_same_run_done_again(self):
        trouble.append(Conflict("The oven is cold."))
        with pytest.raises(Conflict):
            bake_now(loaves=3)
        trouble.clear()
        run = bake_now(loaves=9)
        assert [one.id for one in runs_page(viewer=OWNER)] == [run.id]
        assert (run.state, run.error, run.rows) == (RunState.DONE, "", 9)
        assert [step.state for step in run.steps] == [RunState.DONE, RunState.DONE]


@pytest.mark.django_db
class TestQueue:
    def test_the_worker_takes_the_oldest_first_and_then_rests(self):
        for key in ("bake:1", "bake:2", "bake:3"):
            request(key)
        assert request("bake:1").state is RunState.QUEUED
        while run_queued():
            pass
        assert baked == ["bake:1", "bake:2", "bake:3"]
        assert {run.state for run in runs_page(viewer=OWNER)} == {RunState.DONE}

    def test_asking_twice_queues_once(self):
        assert request().id == request().id
        assert run_queued() is True
        assert run_queued() is False
        assert baked == ["bake:1"]

    def test_a_run_that_ended_is_queued_again_with_the_new_arguments(self):
        first = bake_now(loaves=3)
        again = request(loaves=5)
        assert (again.id, again.state) == (first.id, RunState.QUEUED)
        run_queued()
        assert run_of(run_id=first.id).rows == 5

    def test_a_failing_run_does_not_stop_the_worker(self):
        trouble.append(Conflict("The oven is cold."))
        request("bake:1")
        request("bake:2")
        while run_queued():
            pass
        assert [run.state for run in runs_page(viewer=OWNER)] == [RunState.FAILED] * 2

    def test_runs_are_seen_in_their_program_only(self):
        run = bake_now()
        stranger = owner_viewer(program_id=PROGRAM + 1)
        with pytest.raises(NotFound):
            find_run(viewer=stranger, run_id=run.id)
        assert runs_page(viewer=stranger) == []
        assert find_run(viewer=OWNER, run_id=run.id) == run_of(run_id=run.id)

    def test_runs_are_listed_newest_first_by_page_and_kind(self):
        runs = [request(f"bake:{number}").id for number in range(5)]
        assert [run.id for run in runs_page(viewer=OWNER)] == runs[::-1]
        assert [run.id for run in runs_page(viewer=OWNER, page=2, size=2)] == runs[2::-1]
        assert runs_page(viewer=OWNER, kind="brewing") == []

    def test_runs_need_the_right(self, brand: Brand):
        analyst = brand.staff("ana", Role.ANALYST)
        with pytest.raises(NotAllowed):
            runs_page(viewer=analyst)
        with pytest.raises(NotAllowed):
            find_run(viewer=analyst, run_id=1)


class TestTakeOver:
    def test_a_run_whose_process_was_killed_is_taken_over(self, transactional_db: None):
        with start_python(_DIES) as child:
            assert said(child) == "working"
            child.wait(timeout=60)
        assert child.returncode == -signal.SIGKILL
        (left,) = runs_page(viewer=OWNER)
        assert left.state is RunState.RUNNING
        assert [step.state for step in left.steps] == [RunState.DONE, RunState.RUNNING]
        assert run_queued() is True
        (run,) = runs_page(viewer=OWNER)
        assert (run.id, run.state, run.rows) == (left.id, RunState.DONE, 3)
        # Nothing of the dead attempt is left beside the new one's steps.
        assert [step.name for step in run.steps] == ["knead", "bake"]
        assert run_queued() is False

    def test_a_run_that_is_at_work_elsewhere_is_left_alone(self, transactional_db: None):
        waits = _DIES.replace("os.kill(os.getpid(), signal.SIGKILL)", "input()")
        with start_python(waits) as child:
            assert said(child) == "working"
            with pytest.raises(Conflict, match="bake:1"):
                bake_now()
            assert run_queued() is False
            assert baked == []
            child.communicate("\n", timeout=60)
        (run,) = runs_page(viewer=OWNER)
        assert (run.state, run.rows) == (RunState.DONE, 5)
