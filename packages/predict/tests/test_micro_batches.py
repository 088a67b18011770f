import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tfaip.predict.service.micro_batches import ClosedError, MicroBatcher


def test_each_of_many_callers_gets_its_own_result():
    with MicroBatcher(lambda items: [item * item for item in items], most=8) as square, ThreadPoolExecutor(8) as pool:
        assert list(pool.map(square, range(2000))) == [n * n for n in range(2000)]


def test_those_who_wait_at_the_same_time_are_served_together_up_to_the_limit():
    sizes, started, go_on = [], threading.Event(), threading.Event()

    def function(items):
        sizes.append(len(items))
        started.set()
        go_on.wait()
        return items

    with MicroBatcher(function, most=4) as call, ThreadPoolExecutor(9) as pool:
        results = [pool.submit(call, 0)]
        started.wait()
        results += [pool.submit(call, number) for number in range(1, 9)]
        while len(call._waiting) < 8:
            pass
        go_on.set()
        assert [result.result() for result in results] == list(range(9))
    assert sizes == [1, 4, 4]


def test_an_exception_among_the_results_goes_to_its_caller_alone():
    def function(items):
        return [ValueError(f"{item} is odd") if item % 2 else item for item in items]

    with MicroBatcher(function, most=8) as call, ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(call, number) for number in range(100)]
        for number, future in enumerate(futures):
            if number % 2:
                with pytest.raises(ValueError, match=f"^{number} is odd$"):
                    future.result()
            else:
                assert future.result() == number


def test_what_the_function_raises_goes_to_the_callers_and_the_next_ones_are_served():
    def function(items):
        if "bad" in items:
            raise RuntimeError("no")
        return items

    with MicroBatcher(function, most=8) as call:
        with pytest.raises(RuntimeError, match="no"):
            call("bad")
        assert call("good") == "good"


def test_closing_serves_those_who_wait_ends_the_thread_and_refuses_others():
    started, go_on = threading.Event(), threading.Event()

    def function(items):
        started.set()
        go_on.wait()
        return items

    before = threading.active_count()
    call = MicroBatcher(function, most=1)
    with ThreadPoolExecutor(3) as pool:
        results = [pool.submit(call, 0)]
        started.wait()
        results += [pool.submit(call, number) for number in (1, 2)]
        while len(call._waiting) < 2:
            pass
        closing = threading.Thread(target=call.close)
        closing.start()
        go_on.set()
        assert [result.result() for result in results] == [0, 1, 2]
        closing.join()
        with pytest.raises(ClosedError, match="closed"):
            call(3)
    assert threading.active_count() == before
