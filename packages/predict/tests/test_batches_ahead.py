import threading

import pytest

from tfaip.predict.computing.batches_ahead import map_ahead


@pytest.mark.parametrize("ahead", [0, 1, 2, 50])
def test_results_come_in_order_whatever_is_computed_ahead(ahead):
    assert list(map_ahead(lambda n: n * n, range(20), ahead=ahead)) == [n * n for n in range(20)]


def test_no_more_items_are_taken_than_said():
    taken = []
    results = map_ahead(lambda n: n, (taken.append(n) or n for n in range(20)), ahead=2)
    assert [next(results), next(results)] == [0, 1]
    assert taken == [0, 1, 2, 3]


def test_the_function_runs_in_one_other_thread_and_items_are_taken_in_this_one():
    takers, workers = set(), set()

    def items():
        for n in range(9):
            takers.add(threading.current_thread())
            yield n

    list(map_ahead(lambda _: workers.add(threading.current_thread()), items()))
    assert takers == {threading.current_thread()}
    assert len(workers) == 1
    assert not workers & takers


@pytest.mark.parametrize("ahead", [0, 2])
def test_an_error_of_the_items_comes_after_the_results_before_it(ahead):
    def items():
        yield from range(3)
        raise ValueError("no fourth")

    results = map_ahead(lambda n: n, items(), ahead=ahead)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="no fourth"):
        next(results)


@pytest.mark.parametrize("ahead", [0, 2])
def test_an_error_of_the_function_comes_in_the_place_of_its_result(ahead):
    results = map_ahead(lambda n: 1 // (n - 2), range(9), ahead=ahead)
    assert [next(results), next(results)] == [-1, -1]
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_the_thread_ends_with_a_consumer_that_stops_early():
    before = threading.active_count()
    results = map_ahead(lambda n: n, range(99))
    next(results)
    assert threading.active_count() == before + 1
    results.close()
    assert threading.active_count() == before
