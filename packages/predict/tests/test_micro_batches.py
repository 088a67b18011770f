import contextlib
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tfaip.predict.service.micro_batches import ClosedError, MicroBatcher, NestedCallError


class Held:
    """A function that waits in each call until it may go on, and knows its batches with the threads that called it."""

    def __init__(self):
        self.batches, self.started, self.go_on = [], threading.Event(), threading.Event()

    def __call__(self, items):
        self.batches.append((threading.get_ident(), list(items)))
        self.started.set()
        self.go_on.wait()
        return items


def test_each_of_many_callers_gets_its_own_result():
    with MicroBatcher(lambda items: [item * item for item in items], most=8) as square, ThreadPoolExecutor(8) as pool:
        assert list(pool.map(square, range(2000))) == [n * n for n in range(2000)]


def test_those_who_wait_at_the_same_time_are_served_together_up_to_the_limit():
    held = Held()
    with MicroBatcher(held, most=4) as call, ThreadPoolExecutor(9) as pool:
        results = [pool.submit(call, 0)]
        held.started.wait()
        results += [pool.submit(call, number) for number in range(1, 9)]
        while len(call._waiting) < 8:
            pass
        held.go_on.set()
        assert [result.result() for result in results] == list(range(9))
    assert [len(items) for _, items in held.batches] == [1, 4, 4]


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
    held = Held()
    before = threading.active_count()
    call = MicroBatcher(held, most=1)
    with ThreadPoolExecutor(3) as pool:
        results = [pool.submit(call, 0)]
        held.started.wait()
        results += [pool.submit(call, number) for number in (1, 2)]
        while len(call._waiting) < 2:
            pass
        closing = threading.Thread(target=call.close)
        closing.start()
        held.go_on.set()
        assert [result.result() for result in results] == [0, 1, 2]
        closing.join()
        with pytest.raises(ClosedError, match="closed"):
            call(3)
    assert threading.active_count() == before


def test_a_caller_that_is_alone_is_served_in_its_own_thread():
    with MicroBatcher(lambda items: [threading.get_ident() for _ in items], most=8) as served_by:
        assert {served_by(number) for number in range(3)} == {threading.get_ident()}
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(served_by, 0).result() == pool.submit(threading.get_ident).result()


def test_callers_that_come_while_one_serves_itself_are_one_batch_behind_it():
    held = Held()
    with MicroBatcher(held, most=4) as call, ThreadPoolExecutor(4) as pool:
        results = [pool.submit(call, 0)]
        held.started.wait()
        results += [pool.submit(call, number) for number in (1, 2, 3)]
        while len(call._waiting) < 3:
            pass
        held.go_on.set()
        assert [result.result() for result in results] == [0, 1, 2, 3]
        assert [sorted(items) for _, items in held.batches] == [[0], [1, 2, 3]]
        assert held.batches[1][0] == call._thread.ident


def test_the_function_is_never_called_twice_at_the_same_time():
    inside, most = [0], [0]

    def function(items):
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        threading.Event().wait(1e-6)  # gives the other threads their turn
        inside[0] -= 1
        return items

    with MicroBatcher(function, most=3) as call, ThreadPoolExecutor(8) as pool:
        for callers in (1, 8, 1, 2):
            assert list(pool.map(call, range(20 * callers))) == list(range(20 * callers))
        assert call("alone") == "alone"
    assert most == [1]


def test_ctrl_c_reaches_the_caller_and_the_next_one_is_served():
    def function(items):
        if "interrupted" in items:
            raise KeyboardInterrupt
        return items

    with MicroBatcher(function, most=8) as call:
        for _ in range(2):
            with pytest.raises(KeyboardInterrupt):
                call("interrupted")
            assert call("next") == "next"
            with ThreadPoolExecutor(2) as pool:
                assert list(pool.map(call, range(9))) == list(range(9))


def test_a_function_that_calls_the_batcher_is_refused():
    nested = []

    def function(items):
        with pytest.raises(NestedCallError, match="would wait for ever"):
            call(0)
        nested.append(threading.get_ident())
        return items

    with MicroBatcher(function, most=2) as call, ThreadPoolExecutor(2) as pool:
        assert call(1) == 1
        assert list(pool.map(call, range(8))) == list(range(8))
    assert nested


def test_closing_waits_for_a_caller_that_serves_itself():
    held = Held()
    call = MicroBatcher(held, most=2)
    with ThreadPoolExecutor(2) as pool:
        result = pool.submit(call, 0)
        held.started.wait()
        closed = pool.submit(call.close)
        while not call._closed:
            pass
        assert call._thread.is_alive()
        held.go_on.set()
        closed.result()
        assert result.result() == 0


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="the system has no timer that interrupts")
def test_ctrl_c_at_any_moment_leaves_the_others_served():
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        with MicroBatcher(lambda items: [2 * item for item in items], most=3) as call, ThreadPoolExecutor(2) as pool:
            for round_ in range(60):
                others = [pool.submit(call, number) for number in range(round_ % 3)]
                with contextlib.suppress(KeyboardInterrupt):
                    try:
                        signal.setitimer(signal.ITIMER_REAL, 1e-6 * (1 + 7 * round_))
                        for number in range(200):
                            assert call(number) == 2 * number
                    finally:
                        signal.setitimer(signal.ITIMER_REAL, 0)
                assert [other.result() for other in others] == [2 * number for number in range(round_ % 3)]
                assert call(1) == 2
    finally:
        signal.signal(signal.SIGALRM, before)
