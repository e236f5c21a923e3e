"""A seller's list of the day: what it shows, and what she does with its tasks."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from siyu.rooms.coaching.types import TaskState
from siyu.rooms.customers.models import Customer
from siyu.rooms.outreach.models import DrawnList, Task
from tests.faces.conftest import SignIn
from tests.faces.two_brands import TwoBrands, customer_of, seller_of, today

HTMX = {"HX-Request": "true"}


@pytest.fixture
def ann(sign_in: SignIn) -> Client:
    return sign_in("ann", headers={"Accept-Language": "en"})


def read(response: HttpResponse) -> str:
    return html.unescape(response.content.decode())


def listed(text: str) -> list[str]:
    """The names on the open cards, in order."""
    return re.findall(r'class="card-name"><a [^>]*>([^<]+)</a>', text)


def closed(text: str) -> list[str]:
    return re.findall(r'closed-name" [^>]*>([^<]+)<', text)


def task_of(both: TwoBrands, name: str) -> Task:
    return Task.objects.get(id=both.tasks[name])


def name_of(number: int) -> str:
    return customer_of("ann", number).name


class TestList:
    def test_it_shows_whom_to_contact_why_and_with_what_words(self, ann: Client):
        text = read(ann.get(reverse("today")))
        assert listed(text) == [name_of(0), name_of(1), name_of(2)]
        assert "Added 20 days ago, has not ordered yet" in text
        assert "First order 5 days ago (¥100): ask how it was" in text
        assert f"Hello {name_of(1)}, this is {seller_of('ann').name}." in text
        assert "How do you like the Goods-of-plum?" in text
        assert "{" not in "".join(re.findall(r'class="card-message"[^>]*>([^<]+)<', text))
        assert "Contact 3 customers first today" in text
        assert "0 / 3" in text

    def test_the_most_valuable_comes_first(self, both: TwoBrands, ann: Client):
        values = Task.objects.filter(
            seller_id=both.seller("ann"), state=TaskState.OPEN
        ).values_list("expected_value_minor", flat=True)
        text = read(ann.get(reverse("today")))
        shown = [
            int(each.replace(",", "")) for each in re.findall(r"<b>¥([\d,]+)</b></span>", text)
        ]
        assert shown == sorted(shown, reverse=True)
        assert len(shown) == len(values)

    def test_a_held_task_does_not_show_anywhere(self, both: TwoBrands, ann: Client):
        held = customer_of("ann", 3)
        task = task_of(both, "ann-3")
        for address in (reverse("today"), reverse("numbers")):
            text = read(ann.get(address))
            assert held.name not in text
            assert str(task.id) not in text
        page = read(ann.get(reverse("customer", args=[task.customer_id])))
        assert held.name in page
        assert str(task.id) not in page
        assert "Nothing yet. What you do with tasks shows up here." in page
        # She cannot tell it from a customer who was not chosen.
        assert "held" not in page.lower()

    def test_it_is_cut_to_the_agreed_length(self, sign_in: SignIn):
        text = read(sign_in("bob").get(reverse("today")))
        assert len(listed(text)) == 20

    def test_a_customer_handed_over_is_no_longer_named(self, both: TwoBrands, ann: Client):
        gone = customer_of("ann", 1)
        later = today().strftime("%Y-%m-%d 00:00")
        both.plum.follow(gone.key, seller_of("amy").key, later, is_serving=True)
        for address in ("today", "own-customers"):
            assert gone.name not in read(ann.get(reverse(address)))
        for word in (gone.name, gone.phone):
            found = read(ann.get(reverse("own-customers"), {"find": word}))
            assert reverse("customer", args=[both.customer("ann", 1)]) not in found
        assert ann.get(reverse("customer", args=[both.customer("ann", 1)])).status_code == 404

    def test_an_older_list_says_of_when_it_is(self, both: TwoBrands, ann: Client):
        before = today() - timedelta(days=1)
        DrawnList.objects.update(on=before)
        Task.objects.update(drawn_on=before, due_on=before)
        text = read(ann.get(reverse("today")))
        assert "This list is of" in text
        assert listed(text) == [name_of(0), name_of(1), name_of(2)]

    def test_without_a_list_it_says_what_to_do(self, both: TwoBrands, sign_in: SignIn):
        Task.objects.all().delete()
        DrawnList.objects.all().delete()
        text = read(sign_in("ann", headers={"Accept-Language": "en"}).get(reverse("today")))
        assert "Nothing to do yet" in text
        assert "ask headquarters whether yours were imported" in text
        assert reverse("own-customers") in text

    def test_when_all_is_done_it_says_so(self, both: TwoBrands, ann: Client):
        for number in range(3):
            ann.post(
                reverse("task-outcome", args=[both.tasks[f"ann-{number}"]]), {"outcome": "call"}
            )
        text = read(ann.get(reverse("today")))
        assert "All done for today" in text
        assert "3 / 3" in text
        assert listed(text) == []
        assert len(closed(text)) == 3

    def test_chinese_is_complete(self, sign_in: SignIn):
        text = read(sign_in("ann").get(reverse("today")))
        assert "今天先联系 3 位" in text
        assert "还没下过单" in text
        assert "您好，我是" in text
        visible = re.sub(r"<[^>]+>", " ", text.partition('id="main">')[2].partition("</main>")[0])
        words = set(re.findall(r"[A-Za-z]{3,}", visible))
        assert words <= {"Friend", "Ann", "Guide", "Goods", "plum", "Shop", "extra"}


class TestCommands:
    """Each by htmx, which gets the new list, and by a plain form, which goes back to the page."""

    @pytest.mark.parametrize("outcome", ["message", "call", "visit"])
    @pytest.mark.parametrize("headers", [{}, HTMX])
    def test_done(self, both: TwoBrands, ann: Client, outcome: str, headers: dict[str, str]):
        task_id = both.tasks["ann-1"]
        sheet = ann.get(reverse("task-outcome", args=[task_id]), headers=headers)
        assert name_of(1) in read(sheet)
        assert f'value="{outcome}"' in read(sheet)
        text = self._send(ann, "task-outcome", task_id, {"outcome": outcome}, headers)
        assert listed(text) == [name_of(0), name_of(2)]
        assert closed(text) == [name_of(1)]
        assert "1 / 3" in text
        assert "Done. Well done!" in text
        task = task_of(both, "ann-1")
        assert (task.state, task.outcome) == (TaskState.DONE, outcome)
        assert task.blocked_until == today() + timedelta(days=7)

    @pytest.mark.parametrize("headers", [{}, HTMX])
    def test_skip(self, both: TwoBrands, ann: Client, headers: dict[str, str]):
        task_id = both.tasks["ann-2"]
        text = self._send(ann, "task-skip", task_id, {"reason": "just_bought"}, headers)
        assert listed(text) == [name_of(0), name_of(1)]
        assert "Skipped." in text
        task = task_of(both, "ann-2")
        assert (task.state, task.skip_reason) == (TaskState.SKIPPED, "just_bought")
        assert not Customer.objects.get(id=both.customer("ann", 2)).opted_out

    def test_who_wants_no_contact_is_opted_out_at_once(self, both: TwoBrands, ann: Client):
        customer_id = both.customer("ann", 2)
        skip = reverse("task-skip", args=[both.tasks["ann-2"]])
        ann.post(skip, {"reason": "wants_no_contact"})
        assert Customer.objects.get(id=customer_id).opted_out
        assert "Wants no marketing messages." in read(
            ann.get(reverse("customer", args=[customer_id]))
        )
        ann.post(reverse("task-undo", args=[both.tasks["ann-2"]]))
        assert not Customer.objects.get(id=customer_id).opted_out
        assert task_of(both, "ann-2").state == TaskState.OPEN

    @pytest.mark.parametrize("days", ["1", "3", "7"])
    @pytest.mark.parametrize("headers", [{}, HTMX])
    def test_later(self, both: TwoBrands, ann: Client, days: str, headers: dict[str, str]):
        task_id = both.tasks["ann-0"]
        text = self._send(ann, "task-delay", task_id, {"days": days}, headers)
        assert listed(text) == [name_of(1), name_of(2)]
        assert closed(text) == []
        task = task_of(both, "ann-0")
        assert task.state == TaskState.OPEN
        assert task.due_on == today() + timedelta(days=int(days))

    @pytest.mark.parametrize("headers", [{}, HTMX])
    @pytest.mark.parametrize(
        ("page", "answer"),
        [
            ("task-outcome", {"outcome": "visit"}),
            ("task-skip", {"reason": "other"}),
            ("task-delay", {"days": "3"}),
        ],
    )
    def test_undo(
        self,
        both: TwoBrands,
        ann: Client,
        page: str,
        answer: dict[str, str],
        headers: dict[str, str],
    ):
        task_id = both.tasks["ann-0"]
        before = Task.objects.filter(id=task_id).values().get()
        text = self._send(ann, page, task_id, answer, headers)
        if headers:
            assert f'hx-post="{reverse("task-undo", args=[task_id])}"' in text
        text = self._send(ann, "task-undo", task_id, {}, headers)
        assert listed(text) == [name_of(0), name_of(1), name_of(2)]
        assert "It is back on the list." in text
        after = Task.objects.filter(id=task_id).values().get()
        assert {**after, "stamp": 0} == {**before, "stamp": 0}

    def test_what_is_closed_is_not_closed_again(self, both: TwoBrands, ann: Client):
        address = reverse("task-outcome", args=[both.tasks["ann-1"]])
        assert ann.post(address, {"outcome": "call"}).status_code == 302
        for page, answer in (
            ("task-outcome", {"outcome": "visit"}),
            ("task-skip", {"reason": "other"}),
            ("task-delay", {"days": "1"}),
        ):
            response = ann.post(reverse(page, args=[both.tasks["ann-1"]]), answer)
            assert response.status_code == 409
            assert "reload the list" in read(response)
        assert task_of(both, "ann-1").outcome == "call"

    def test_an_answer_that_is_none_changes_nothing(self, both: TwoBrands, ann: Client):
        for page, answer in (
            ("task-outcome", {"outcome": "held"}),
            ("task-outcome", {}),
            ("task-skip", {"reason": "held"}),
            ("task-skip", {}),
        ):
            response = ann.post(reverse(page, args=[both.tasks["ann-1"]]), answer)
            assert response.status_code == 422
        assert task_of(both, "ann-1").state == TaskState.OPEN

    def test_what_was_done_stands_on_the_customers_page(self, both: TwoBrands, ann: Client):
        ann.post(reverse("task-outcome", args=[both.tasks["ann-1"]]), {"outcome": "visit"})
        page = read(ann.get(reverse("customer", args=[both.customer("ann", 1)])))
        assert "Met in the shop" in page
        assert "First order" in page
        numbers = read(ann.get(reverse("numbers")))
        assert re.search(r"Customers contacted</dt><dd>1<", numbers)

    def test_parts_for_htmx_are_parts_and_pages_for_others_are_pages(
        self, both: TwoBrands, ann: Client
    ):
        for page in ("task-outcome", "task-skip"):
            address = reverse(page, args=[both.tasks["ann-1"]])
            assert "<html" not in read(ann.get(address, headers=HTMX))
            assert "<html" in read(ann.get(address))
        partial = {**HTMX, "HX-Request-Type": "partial"}
        assert "<html" not in read(ann.get(reverse("today"), headers=partial))

    def _send(
        self, ann: Client, page: str, task_id: int, answer: Any, headers: dict[str, str]
    ) -> str:
        """The list as it is after a command."""
        response = ann.post(reverse(page, args=[task_id]), answer, headers=headers)
        if headers:
            assert response.status_code == 200
            assert "<html" not in read(response)
            # The sheet that asked is closed with the same answer.
            assert '<div id="sheet" hx-swap-oob="innerHTML"></div>' in read(response)
            return read(response)
        assert response.status_code == 302
        assert response.headers["Location"] == reverse("today")
        return read(ann.get(reverse("today")))
