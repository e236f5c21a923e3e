"""A seller arranges the blocks of her workbench."""

from __future__ import annotations

import html

import pytest
from django.test import Client
from django.urls import reverse

from siyu.foundation.errors import BadInput, NotFound
from siyu.rooms.sellers.actions import arrange_blocks
from siyu.rooms.sellers.queries import blocks_of
from siyu.rooms.sellers.types import Block
from tests.faces.conftest import SignIn
from tests.faces.two_brands import TwoBrands

HEADINGS = {
    "My month": Block.MONTH,
    "Who needs me": Block.LAYERS,
    "My customers": Block.CUSTOMERS,
    "My work, 7 days": Block.WORK,
}


@pytest.fixture
def ann(sign_in: SignIn) -> Client:
    return sign_in("ann", headers={"Accept-Language": "en"})


def order(browser: Client) -> list[Block]:
    """The blocks as the page shows them from top to bottom."""
    page = html.unescape(browser.get(reverse("numbers")).content.decode())
    titles = [part.partition("<")[0] for part in page.split('<h2 class="group-title">')[1:]]
    return [HEADINGS[title] for title in titles if title in HEADINGS]


def press(browser: Client, *commands: str) -> None:
    for command in commands:
        answer = browser.post(reverse("blocks"), {"do": command})
        assert answer.status_code == 302, command


def test_blocks_are_moved_hidden_and_put_back(both: TwoBrands, ann: Client):
    first = order(ann)
    assert first == [block for block in Block if block in first]
    assert set(first) >= {Block.LAYERS, Block.CUSTOMERS, Block.WORK}
    press(ann, "hide-month", "up-work", "up-work", "up-work")
    assert order(ann) == [Block.WORK, Block.LAYERS, Block.CUSTOMERS]
    press(ann, "down-work", "hide-customers", "show-month")
    assert order(ann) == [
        block for block in (Block.LAYERS, Block.WORK, Block.MONTH) if block in first
    ]
    press(ann, "reset-all")
    assert order(ann) == first


def test_everything_may_be_hidden_and_is_shown_again_from_the_list(both: TwoBrands, ann: Client):
    press(ann, *(f"hide-{block.value}" for block in Block))
    assert order(ann) == []
    page = ann.get(reverse("blocks")).content.decode()
    assert page.count('value="show-') == len(Block)


@pytest.mark.parametrize("command", ["", "up-nothing", "reset", "show-", "hide-month-2"])
def test_what_is_no_button_changes_nothing(both: TwoBrands, ann: Client, command: str):
    before = order(ann)
    ann.post(reverse("blocks"), {"do": command})
    assert order(ann) == before


def test_it_is_each_seller_s_own(both: TwoBrands, ann: Client, sign_in: SignIn):
    other = order(sign_in("amy", headers={"Accept-Language": "en"}))
    press(ann, "hide-work")
    assert order(sign_in("amy", headers={"Accept-Language": "en"})) == other


def test_only_known_blocks_once_and_by_sellers(both: TwoBrands):
    viewer = both.plum.seller_viewer("sk-ann")
    for wrong in (["month", "month"], ["weather"]):
        with pytest.raises(BadInput):
            arrange_blocks(viewer=viewer, blocks=wrong)
    assert blocks_of(viewer=viewer) == tuple(Block)
    with pytest.raises(NotFound):
        arrange_blocks(viewer=both.plum.owner, blocks=[])
