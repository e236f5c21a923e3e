import threading
import time

from siyu.foundation.ids import NODES, IdSource, new_id, new_ids

_SEQUENCES = 4096


def test_ids_ascend_and_fit_64_bits():
    ids = [new_id(), *new_ids(10_000), new_id()]
    assert ids == sorted(set(ids))
    assert all(0 < one < 2**63 for one in ids)


def test_ids_are_ordered_by_time_across_nodes():
    early = IdSource(NODES - 1).take(1)[0]
    began = time.monotonic()
    while time.monotonic() - began < 0.002:
        pass
    assert IdSource(0).take(1)[0] > early


def test_no_two_nodes_give_the_same_id():
    sources = [IdSource(node) for node in range(NODES)]
    ids = [one for source in sources for one in source.take(20)]
    assert len(set(ids)) == len(ids)


def test_more_ids_than_a_millisecond_holds_stay_unique_and_ascending():
    source = IdSource(1)
    ids = source.take(3 * _SEQUENCES) + source.take(5)
    assert ids == sorted(set(ids))
    assert not set(ids) & set(IdSource(2).take(3 * _SEQUENCES))


def test_threads_of_one_process_share_no_id():
    source = IdSource(7)
    taken: list[list[int]] = [[] for _ in range(4)]

    def take(own: list[int]) -> None:
        for _ in range(200):
            own += source.take(25)

    threads = [threading.Thread(target=take, args=(own,)) for own in taken]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(own == sorted(own) for own in taken)
    assert len({one for own in taken for one in own}) == 4 * 200 * 25


def test_no_id_is_asked_for_without_giving_one():
    assert new_ids(0) == []
