"""Dispatches: who is asked, what sellers report, and what those who lead see of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from siyu.foundation.errors import BadInput, Conflict, NotAllowed, NotFound
from siyu.rooms.coaching.types import Outcome, SkipReason
from siyu.rooms.customers.actions import opt_out
from siyu.rooms.customers.queries import find_customer
from siyu.rooms.dispatch.actions import (
    cancel_dispatch,
    finish_assignment,
    hand_out_again,
    open_assignments,
    remind_sellers,
    reopen_assignment,
    send_dispatch,
    skip_assignment,
)
from siyu.rooms.dispatch.models import Dispatch
from siyu.rooms.dispatch.queries import (
    assignment_batches,
    dispatches_page,
    find_assignment,
    find_dispatch,
    own_dispatches,
    progress_by_seller,
    progress_by_unit,
    reasons_of,
    tasks_with,
)
from siyu.rooms.dispatch.types import CustomerReason, Progress, ReasonCount
from siyu.rooms.orders.queries import purchases_of
from siyu.rooms.organization.types import Role
from siyu.rooms.outreach.actions import set_policy
from siyu.rooms.outreach.models import Playbook, Task
from siyu.rooms.outreach.queries import policy_of
from siyu.rooms.segments.actions import create_segment
from siyu.rooms.segments.models import Segment
from tests.rooms.brand import new_brand
from tests.rooms.dispatch.chain import AS_OF, BUYERS, DUE, ERRAND, NOW, Chain


class TestToSellers:
    def test_every_working_seller_is_asked_once(self, chain: Chain):
        dispatch_id = chain.send()
        assert chain.progress(dispatch_id) == Progress(assigned=4)
        for name in ("ann", "amy", "bob", "cat"):
            assert chain.customers(name, dispatch_id) == {None}
        with pytest.raises(NotAllowed):
            chain.own("gone", dispatch_id)

    def test_a_region_stands_for_its_stores(self, chain: Chain):
        dispatch_id = chain.send(unit_ids=(chain.brand.unit("north"),))
        by_unit = progress_by_unit(viewer=chain.owner, dispatch_id=dispatch_id, now=NOW)
        n1, n2 = chain.brand.store("n1"), chain.brand.store("n2")
        assert by_unit == {n1: Progress(assigned=2), n2: Progress(assigned=1)}
        by_seller = progress_by_seller(
            viewer=chain.owner, dispatch_id=dispatch_id, unit_id=n1, now=NOW
        )
        assert set(by_seller) == {chain.brand.seller("ann"), chain.brand.seller("amy")}

    def test_sending_twice_sends_once(self, chain: Chain):
        first = chain.send()
        assert chain.send(title="Another title") == first
        assert dispatches_page(viewer=chain.owner, now=NOW)[1] == 1
        chain.hand_out(first)
        assert chain.progress(first) == Progress(assigned=4), "handed out once"

    def test_a_manager_asks_only_her_own(self, chain: Chain):
        manager = chain.brand.staff("max", Role.STORE_MANAGER, chain.brand.store("n1"))
        dispatch_id = chain.send(viewer=manager)
        assert chain.progress(dispatch_id) == Progress(assigned=2)
        with pytest.raises(NotFound):
            chain.own("bob", dispatch_id)
        with pytest.raises(BadInput) as refused:
            chain.send(viewer=manager, key="x", unit_ids=(chain.brand.store("n2"),))
        assert refused.value.field == "units"
        with pytest.raises(NotAllowed):
            chain.send(viewer=manager, key="y", segment_id=chain.buyers)

    @pytest.mark.parametrize(
        ("field", "draft"),
        [
            ("title", {"title": " "}),
            ("title", {"title": "x" * 61}),
            ("body", {"body": ""}),
            ("body", {"body": "x" * 1001}),
            ("key", {"key": ""}),
            ("due_at", {"due_at": NOW}),
            ("due_at", {"due_at": NOW + timedelta(days=91)}),
            ("per_seller", {"per_seller": 0}),
            ("per_seller", {"per_seller": 201}),
            ("segment", {"asks_reason": True}),
            ("segment", {"words": "Hello"}),
            ("units", {"unit_ids": (1,)}),
        ],
    )
    def test_what_cannot_be_sent_says_why(self, chain: Chain, field: str, draft: dict[str, Any]):
        with pytest.raises(BadInput) as refused:
            chain.send(**draft)
        assert refused.value.field == field
        assert dispatches_page(viewer=chain.owner, now=NOW) == ([], 0)

    def test_words_with_an_unknown_placeholder_send_nothing(self, chain: Chain):
        with pytest.raises(BadInput):
            chain.call_back(words="Hello {nobody}")
        assert dispatches_page(viewer=chain.owner, now=NOW) == ([], 0)


class TestToCustomers:
    def test_each_seller_gets_her_most_valuable_customers(self, chain: Chain):
        dispatch_id = chain.call_back(per_seller=3)
        assert len(chain.customers("ann", dispatch_id)) == 3
        assert chain.customers("bob", dispatch_id) == {
            chain.brand.customer("b1"),
            chain.brand.customer("b2"),
        }
        assert chain.customers("cat", dispatch_id) == {chain.brand.customer("c1")}
        with pytest.raises(NotFound):
            chain.own("amy", dispatch_id)

    def test_units_keep_to_the_customers_of_their_sellers(self, chain: Chain):
        dispatch_id = chain.call_back(unit_ids=(chain.brand.store("s1"),))
        assert chain.progress(dispatch_id) == Progress(assigned=1)
        assert chain.customers("cat", dispatch_id) == {chain.brand.customer("c1")}

    def test_whoever_may_not_be_contacted_is_left_out_and_counted(self, chain: Chain):
        brand = chain.brand
        ann = brand.seller_viewer("ann")
        opt_out(viewer=ann, customer_id=brand.customer("a1"), out=True)
        brand.follow("a2", "bob", "2025-06-02 08:00", is_serving=True)
        dispatch_id = chain.call_back()
        assert chain.customers("ann", dispatch_id) == {brand.customer("a3"), brand.customer("a4")}
        found = find_dispatch(viewer=chain.owner, dispatch_id=dispatch_id, now=NOW)
        assert found.left_out == {"opted_out": 1, "moved": 1}
        assert found.progress.assigned == 5, "nor anyone below 18"

    def test_a_customer_is_asked_for_once_at_a_time(self, chain: Chain):
        chain.call_back()
        second = chain.call_back(key="second")
        found = find_dispatch(viewer=chain.owner, dispatch_id=second, now=NOW)
        assert (found.progress.assigned, found.left_out) == (0, {"assigned": 7})
        after = chain.call_back(
            key="third", due_at=DUE + timedelta(days=9), now=DUE + timedelta(days=2)
        )
        assert chain.progress(after).assigned == 7, "the deadline has passed"

    def test_the_control_group_is_left_alone(self, chain: Chain):
        policy = policy_of(program_id=chain.brand.program.id)
        everyone = replace(policy, control_share_ppm=1_000_000)
        set_policy(program_id=chain.brand.program.id, **vars(everyone))
        dispatch_id = chain.call_back()
        found = find_dispatch(viewer=chain.owner, dispatch_id=dispatch_id, now=NOW)
        assert (found.progress.assigned, found.left_out) == (0, {"control": 7})


class TestReporting:
    def test_a_call_back_keeps_the_reason_and_the_product(self, chain: Chain):
        dispatch_id = chain.call_back()
        ann, customer_id = chain.brand.seller_viewer("ann"), chain.brand.customer("a1")
        each = next(
            one for one in chain.own("ann", dispatch_id).open if one.customer_id == customer_id
        )
        tea = purchases_of(viewer=ann, customer_id=customer_id)[0].lines[0].product_id
        with pytest.raises(BadInput) as refused:
            finish_assignment(
                viewer=ann, assignment_id=each.id, now=NOW, outcome=Outcome.CALL, note="x"
            )
        assert refused.value.field == "reason"
        with pytest.raises(BadInput) as refused:
            finish_assignment(
                viewer=ann, assignment_id=each.id, now=NOW, reason=CustomerReason.PRICE
            )
        assert refused.value.field == "outcome"
        said = {"outcome": Outcome.CALL, "reason": CustomerReason.PRICE, "note": " dear "}
        with pytest.raises(BadInput) as refused:
            finish_assignment(
                viewer=ann, assignment_id=each.id, now=NOW, product_id=tea + 1, **said
            )
        assert refused.value.field == "product"
        finish_assignment(viewer=ann, assignment_id=each.id, now=NOW, product_id=tea, **said)
        assert reasons_of(viewer=chain.owner, dispatch_id=dispatch_id) == [
            ReasonCount(reason=CustomerReason.PRICE, product_id=tea, customers=1)
        ]
        history = tasks_with(viewer=ann, customer_id=customer_id)
        assert [(one.title, one.reason, one.note) for one in history] == [
            ("Dress the window", "price", "dear")
        ]
        with pytest.raises(Conflict):
            finish_assignment(viewer=ann, assignment_id=each.id, now=NOW, **said)

    def test_progress_tells_opened_done_skipped_and_expired_apart(self, chain: Chain):
        dispatch_id = chain.send()
        for name in ("ann", "amy", "bob"):
            viewer = chain.brand.seller_viewer(name)
            open_assignments(viewer=viewer, dispatch_id=dispatch_id, now=NOW)
        ann, amy = chain.own("ann", dispatch_id).open[0], chain.own("amy", dispatch_id).open[0]
        finish_assignment(viewer=chain.brand.seller_viewer("ann"), assignment_id=ann.id, now=NOW)
        skip_assignment(
            viewer=chain.brand.seller_viewer("amy"),
            assignment_id=amy.id,
            reason=SkipReason.NOT_SUITABLE,
            now=NOW,
        )
        before, after = chain.progress(dispatch_id), chain.progress(dispatch_id, DUE)
        assert before == Progress(assigned=4, opened=3, done=1, skipped=1)
        assert before.waiting == 2
        assert after == replace(before, expired=2)
        assert after.waiting == 0

    def test_after_the_deadline_nothing_is_reported_any_more(self, chain: Chain):
        dispatch_id = chain.send()
        ann = chain.brand.seller_viewer("ann")
        each = chain.own("ann", dispatch_id).open[0]
        assert [one.id for one in own_dispatches(viewer=ann, now=NOW)] == [dispatch_id]
        assert own_dispatches(viewer=ann, now=DUE) == []
        for act in (
            lambda: finish_assignment(viewer=ann, assignment_id=each.id, now=DUE),
            lambda: skip_assignment(
                viewer=ann, assignment_id=each.id, reason=SkipReason.OTHER, now=DUE
            ),
            lambda: remind_sellers(viewer=chain.owner, dispatch_id=dispatch_id, now=DUE),
        ):
            with pytest.raises(Conflict):
                act()
        assert chain.progress(dispatch_id, DUE) == Progress(assigned=4, expired=4)

    def test_undo_is_for_today(self, chain: Chain):
        dispatch_id = chain.call_back()
        ann = chain.brand.seller_viewer("ann")
        first, second, *_ = chain.own("ann", dispatch_id).open
        for each in (first, second):
            skip_assignment(
                viewer=ann,
                assignment_id=each.id,
                reason=SkipReason.WANTS_NO_CONTACT,
                now=NOW,
            )
        assert first.customer_id
        assert find_customer(viewer=ann, customer_id=first.customer_id).opted_out
        reopen_assignment(viewer=ann, assignment_id=first.id, now=NOW)
        assert not find_customer(viewer=ann, customer_id=first.customer_id).opted_out
        assert find_assignment(viewer=ann, assignment_id=first.id) == replace(first, opened_at=NOW)
        with pytest.raises(Conflict):
            reopen_assignment(viewer=ann, assignment_id=second.id, now=NOW + timedelta(days=1))
        with pytest.raises(Conflict):
            reopen_assignment(viewer=ann, assignment_id=first.id, now=NOW)

    def test_what_is_over_or_taken_back_cannot_be_undone(self, chain: Chain):
        dispatch_id = chain.send()
        ann = chain.brand.seller_viewer("ann")
        each = chain.own("ann", dispatch_id).open[0]
        finish_assignment(viewer=ann, assignment_id=each.id, now=NOW, note="done so")
        with pytest.raises(Conflict):
            reopen_assignment(viewer=ann, assignment_id=each.id, now=DUE)
        cancel_dispatch(viewer=chain.owner, dispatch_id=dispatch_id, now=NOW)
        with pytest.raises(Conflict):
            reopen_assignment(viewer=ann, assignment_id=each.id, now=NOW)
        assert find_assignment(viewer=ann, assignment_id=each.id).note == "done so"

    def test_undo_gives_no_consent_that_was_taken_back_before(self, chain: Chain):
        dispatch_id = chain.call_back()
        ann, customer_id = chain.brand.seller_viewer("ann"), chain.brand.customer("a1")
        each = next(
            one for one in chain.own("ann", dispatch_id).open if one.customer_id == customer_id
        )
        opt_out(viewer=ann, customer_id=customer_id, out=True)
        reason = SkipReason.WANTS_NO_CONTACT
        with pytest.raises(Conflict):
            skip_assignment(viewer=ann, assignment_id=each.id, reason=reason, now=NOW)
        skip_assignment(viewer=ann, assignment_id=each.id, reason=SkipReason.UNREACHABLE, now=NOW)
        reopen_assignment(viewer=ann, assignment_id=each.id, now=NOW)
        assert find_customer(viewer=ann, customer_id=customer_id).opted_out

    def test_the_page_of_today_counts_what_was_done_on_earlier_days(self, chain: Chain):
        dispatch_id = chain.call_back()
        ann = chain.brand.seller_viewer("ann")
        first, *others = chain.own("ann", dispatch_id).open
        said = {"outcome": Outcome.CALL, "reason": CustomerReason.CONTENT}
        finish_assignment(viewer=ann, assignment_id=first.id, now=NOW, **said)
        tomorrow = NOW + timedelta(days=1)
        (listed,) = own_dispatches(viewer=ann, now=tomorrow)
        assert (len(listed.closed), len(listed.open)) == (1, 3)
        for each in others:
            finish_assignment(viewer=ann, assignment_id=each.id, now=NOW, **said)
        assert own_dispatches(viewer=ann, now=tomorrow) == [], "all of it was done before today"

    def test_nobody_reports_for_another(self, chain: Chain):
        dispatch_id = chain.send()
        each = chain.own("ann", dispatch_id).open[0]
        bob = chain.brand.seller_viewer("bob")
        stranger = new_brand("other").owner
        for act in (
            lambda: finish_assignment(viewer=bob, assignment_id=each.id, now=NOW),
            lambda: reopen_assignment(viewer=bob, assignment_id=each.id, now=NOW),
            lambda: find_assignment(viewer=bob, assignment_id=each.id),
            lambda: find_dispatch(viewer=stranger, dispatch_id=dispatch_id, now=NOW),
            lambda: cancel_dispatch(viewer=stranger, dispatch_id=dispatch_id, now=NOW),
            lambda: remind_sellers(viewer=stranger, dispatch_id=dispatch_id, now=NOW),
        ):
            with pytest.raises(NotFound):
                act()
        office = chain.brand.staff("max", Role.ADMINISTRATOR)
        with pytest.raises(NotAllowed):
            finish_assignment(viewer=office, assignment_id=each.id, now=NOW)
        open_assignments(viewer=bob, dispatch_id=dispatch_id, now=NOW)
        assert chain.progress(dispatch_id).opened == 1, "his own only"
        assert dispatches_page(viewer=stranger, now=NOW) == ([], 0)

    def test_a_customer_who_moves_leaves_the_page(self, chain: Chain):
        dispatch_id = chain.call_back()
        moved = chain.brand.customer("a1")
        chain.brand.follow("a1", "bob", "2025-06-02 08:00", is_serving=True)
        assert moved not in chain.customers("ann", dispatch_id)
        assert moved not in chain.customers("bob", dispatch_id), "she was not asked"


class TestHandingOut:
    def test_going_on_counts_nobody_twice(self, chain: Chain):
        ann = chain.brand.seller_viewer("ann")
        opt_out(viewer=ann, customer_id=chain.brand.customer("a1"), out=True)
        dispatch_id = chain.call_back()
        found = find_dispatch(viewer=chain.owner, dispatch_id=dispatch_id, now=NOW)
        assert found.left_out == {"opted_out": 1}
        Dispatch.objects.filter(id=dispatch_id).update(assigned_at=None)
        chain.hand_out(dispatch_id)
        again = find_dispatch(viewer=chain.owner, dispatch_id=dispatch_id, now=NOW)
        assert again == found
        manager = chain.brand.staff("max", Role.STORE_MANAGER, chain.brand.store("n1"))
        of_part = find_dispatch(viewer=manager, dispatch_id=dispatch_id, now=NOW)
        assert of_part.left_out == {}, "it is counted for the whole program"

    def test_what_is_taken_back_before_the_worker_came_reaches_nobody(self, chain: Chain):
        draft = replace(ERRAND, key="early", segment_id=chain.buyers)
        dispatch_id = send_dispatch(viewer=chain.owner, draft=draft, now=NOW)
        cancel_dispatch(viewer=chain.owner, dispatch_id=dispatch_id, now=NOW)
        chain.hand_out(dispatch_id)
        assert chain.progress(dispatch_id) == Progress()
        with pytest.raises(Conflict):
            hand_out_again(viewer=chain.owner, dispatch_id=dispatch_id, now=NOW)

    def test_what_could_not_be_handed_out_says_why_and_is_gone_on_with(self, chain: Chain):
        passing = create_segment(viewer=chain.owner, name="Passing", note="", audience=BUYERS)
        draft = replace(ERRAND, key="early", segment_id=passing)
        dispatch_id = send_dispatch(viewer=chain.owner, draft=draft, now=NOW)
        Segment.objects.filter(id=passing).update(archived_at=NOW)
        with pytest.raises(NotFound):
            chain.hand_out(dispatch_id)
        found = find_dispatch(viewer=chain.owner, dispatch_id=dispatch_id, now=NOW)
        assert (found.is_assigned, found.error) == (False, "There is no such segment.")
        Segment.objects.filter(id=passing).update(archived_at=None)
        hand_out_again(viewer=chain.owner, dispatch_id=dispatch_id, now=NOW)
        chain.hand_out(dispatch_id)
        assert chain.progress(dispatch_id).assigned == 7
        with pytest.raises(Conflict):
            hand_out_again(viewer=chain.owner, dispatch_id=dispatch_id, now=NOW)

    @pytest.mark.parametrize("days", [13, 14])
    def test_who_was_drawn_is_left_alone_as_long_as_who_was_held(self, chain: Chain, days: int):
        brand = chain.brand
        playbook = Playbook.objects.filter(program_id=brand.program.id).first()
        assert playbook
        for number, (customer, state) in enumerate([("b1", "expired"), ("b2", "held")]):
            Task.objects.create(
                program_id=brand.program.id,
                seller_id=brand.seller("bob"),
                customer_id=brand.customer(customer),
                playbook=playbook,
                drawn_on=AS_OF - timedelta(days=days),
                due_on=AS_OF - timedelta(days=days),
                rank=number,
                propensity_ppm=1,
                order_value_minor=1,
                expected_value_minor=1,
                arm="held" if state == "held" else "treated",
                state=state,
                blocked_until=AS_OF - timedelta(days=days - 14) if state == "held" else None,
                stamp=1,
            )
        found = find_dispatch(viewer=chain.owner, dispatch_id=chain.call_back(), now=NOW)
        both = {"contacted": 1, "held": 1}
        assert found.left_out == (both if days < 14 else {})


class TestLeading:
    def test_a_manager_sees_her_shop_of_it(self, chain: Chain):
        dispatch_id = chain.send()
        manager = chain.brand.staff("max", Role.STORE_MANAGER, chain.brand.store("n1"))
        found, count = dispatches_page(viewer=manager, now=NOW)
        assert (count, found[0].progress) == (1, Progress(assigned=2))
        rows = [
            row
            for part in assignment_batches(viewer=manager, dispatch_id=dispatch_id)
            for row in part
        ]
        assert {row.seller_id for row in rows} == {
            chain.brand.seller("ann"),
            chain.brand.seller("amy"),
        }
        of_shop = chain.send(key="shop", unit_ids=(chain.brand.store("n1"),))
        for sent_from_above in (dispatch_id, of_shop):
            with pytest.raises(NotAllowed):
                cancel_dispatch(viewer=manager, dispatch_id=sent_from_above, now=NOW)
        own = chain.send(viewer=manager, key="own")
        cancel_dispatch(viewer=manager, dispatch_id=own, now=NOW)
        southern = chain.send(key="south", unit_ids=(chain.brand.store("s1"),))
        with pytest.raises(NotFound):
            find_dispatch(viewer=manager, dispatch_id=southern, now=NOW)

    def test_reminders_wait_an_hour(self, chain: Chain):
        dispatch_id = chain.send()
        ann = chain.brand.seller_viewer("ann")
        done = chain.own("ann", dispatch_id).open[0]
        finish_assignment(viewer=ann, assignment_id=done.id, now=NOW)
        assert remind_sellers(viewer=chain.owner, dispatch_id=dispatch_id, now=NOW) == 3
        assert chain.own("bob", dispatch_id).reminded_at == NOW
        assert chain.own("ann", dispatch_id).reminded_at is None
        soon, later = NOW + timedelta(minutes=59), NOW + timedelta(minutes=60)
        manager = chain.brand.staff("max", Role.STORE_MANAGER, chain.brand.store("n1"))
        with pytest.raises(Conflict):
            remind_sellers(viewer=chain.owner, dispatch_id=dispatch_id, now=soon)
        assert remind_sellers(viewer=manager, dispatch_id=dispatch_id, now=later) == 1
        assert remind_sellers(viewer=chain.owner, dispatch_id=dispatch_id, now=later) == 2

    def test_what_is_taken_back_leaves_the_pages_and_frees_the_customers(self, chain: Chain):
        dispatch_id = chain.call_back()
        ann = chain.brand.seller_viewer("ann")
        first, second, *_ = chain.own("ann", dispatch_id).open
        said = {"outcome": Outcome.CALL, "reason": CustomerReason.CONTENT}
        finish_assignment(viewer=ann, assignment_id=first.id, now=NOW, **said)
        cancel_dispatch(viewer=chain.owner, dispatch_id=dispatch_id, now=NOW)
        assert own_dispatches(viewer=ann, now=NOW) == []
        with pytest.raises(Conflict):
            finish_assignment(viewer=ann, assignment_id=second.id, now=NOW, **said)
        with pytest.raises(Conflict):
            cancel_dispatch(viewer=chain.owner, dispatch_id=dispatch_id, now=NOW)
        assert chain.progress(dispatch_id) == Progress(assigned=7, opened=1, done=1, expired=6)
        again = chain.call_back(key="again")
        found = find_dispatch(viewer=chain.owner, dispatch_id=again, now=NOW)
        assert (found.progress.assigned, found.left_out) == (6, {"assigned": 1})
