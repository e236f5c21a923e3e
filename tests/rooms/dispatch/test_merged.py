"""What was asked for with a customer who turns out to be another."""

from __future__ import annotations

from siyu.rooms.customers.actions import merge_customers
from tests.rooms.dispatch.chain import Chain


def test_it_is_asked_for_with_who_she_is_and_only_once(chain: Chain):
    dispatch_id = chain.call_back()
    first, second, *others = sorted(each for each in chain.customers("ann", dispatch_id) if each)
    chain.brand.customers({"key": "kept"})
    kept_id = chain.brand.customer("kept")
    merge_customers(viewer=chain.owner, customer_ids=[first], kept_id=kept_id, reason="the same")
    chain.brand.react()
    assert chain.customers("ann", dispatch_id) == {kept_id, second, *others}
    merge_customers(viewer=chain.owner, customer_ids=[second], kept_id=kept_id, reason="the same")
    chain.brand.react()
    assert chain.customers("ann", dispatch_id) == {kept_id, *others}
