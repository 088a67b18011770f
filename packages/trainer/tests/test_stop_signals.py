import os
import signal
import subprocess
import sys
import threading

import pytest

from tfaip.trainer.run import stop_signals
from tfaip.trainer.run.stop_signals import StopRequested, StopSignals

BLOCKED = """
import ctypes
from tfaip.trainer.run.stop_signals import StopSignals

with StopSignals(before_exit=lambda: print("ended", flush=True)):
    print("ready", flush=True)
    while True:
        ctypes.CDLL(None).pause()
"""


@pytest.mark.parametrize("first", [signal.SIGINT, signal.SIGTERM], ids=lambda how: how.name)
def test_a_second_sigint_ends_a_process_that_would_not_stop(first):
    process = subprocess.Popen(
        [sys.executable, "-c", BLOCKED], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "ready\n"
    process.send_signal(first)
    assert f"{first.name}: finishing the step; a second SIGINT ends at once" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=60)[0] == "ended\n"
    assert process.returncode == 130


def stopped_in_vain(how):
    with StopSignals() as signals:
        signals.check()
        os.kill(os.getpid(), how)
        with pytest.raises(StopRequested):
            signals.check()


@pytest.mark.parametrize(("how", "error"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, SystemExit)])
def test_a_signal_is_a_request_that_whoever_works_may_check(how, error):
    # Whoever does not stop is ended after all.
    with pytest.raises(error) as raised:
        stopped_in_vain(how)
    assert getattr(raised.value, "code", 143) == 143


def test_the_handlers_of_before_are_put_back():
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with StopSignals():
        assert signal.getsignal(signal.SIGINT) != before[0]
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_an_ignored_sigint_remains_ignored(monkeypatch):
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with StopSignals() as signals:
            os.kill(os.getpid(), signal.SIGINT)
            signals.check()
    finally:
        signal.signal(signal.SIGINT, before)


def test_other_threads_get_no_signals_and_do_nothing():
    entered = []

    def work():
        with StopSignals() as signals:
            signals.check()
            entered.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert entered == [True]


def test_a_notebook_is_told_of_interrupts_in_words(monkeypatch):
    assert stop_signals._words(signal.SIGINT) == "SIGINT: finishing the step; a second SIGINT ends at once"
    monkeypatch.setattr(stop_signals, "in_notebook", lambda: True)
    assert stop_signals._words(signal.SIGINT) == (
        "Interrupted: finishing the step. A second interrupt ends the kernel at once"
    )
