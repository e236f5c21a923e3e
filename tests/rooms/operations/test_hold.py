import signal
import time

import pytest

from siyu.foundation.errors import Conflict
from siyu.rooms.operations.actions import hold
from tests.child_process import said, start_python

_HOLDS = """
from siyu.rooms.operations.actions import hold

with hold(key="the oven"):
    print("held", flush=True)
    input()
print("let go", flush=True)
input()
"""
_PATIENCE_SECONDS = 20


def test_a_hold_keeps_other_processes_out_until_it_ends(transactional_db: None):
    with start_python(_HOLDS) as child:
        assert said(child) == "held"
        with pytest.raises(Conflict, match="the oven"), hold(key="the oven"):
            pass
        with hold(key="the table"):
            pass
        print(file=child.stdin, flush=True)
        assert said(child) == "let go"
        with hold(key="the oven"):
            pass
        child.communicate("\n", timeout=60)


def test_who_has_patience_gets_the_hold_when_the_other_lets_go(transactional_db: None):
    with start_python(_HOLDS) as child:
        assert said(child) == "held"
        with pytest.raises(Conflict), hold(key="the oven", wait_seconds=0.3):
            pass
        # It lets go while we wait: the line reaches it before our first look or after.
        print(file=child.stdin, flush=True)
        with hold(key="the oven", wait_seconds=_PATIENCE_SECONDS):
            pass
        assert said(child) == "let go"
        child.communicate("\n", timeout=60)


def test_a_hold_ends_with_a_killed_process(transactional_db: None):
    with start_python(_HOLDS) as child:
        assert said(child) == "held"
        child.send_signal(signal.SIGKILL)
        child.wait(timeout=60)
    given_up_at = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            with hold(key="the oven"):
                return
        except Conflict:
            # A database server notices a moment later that its client is gone.
            assert time.monotonic() < given_up_at


def test_a_hold_ends_with_an_error_inside(db: None):
    with pytest.raises(ValueError, match="burnt"), hold(key="the oven"):
        raise ValueError("burnt")
    with hold(key="the oven"):
        pass
