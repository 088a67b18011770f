"""The main function of a worker process."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import pickle
import select
import signal
import socket
import traceback
from time import perf_counter

import numpy as np

from tfaip.params import UserError
from tfaip.pipeline.early_tensorflow import REMEDY, EarlyTensorFlow
from tfaip.pipeline.engine.plan import Plan
from tfaip.pipeline.engine.processes.channel import SMALL, Channel
from tfaip.pipeline.engine.processes.messages import Board, Done, Notice, Order, Ready, StartFailed
from tfaip.pipeline.engine.processes.pickling import first_unpicklable, not_sent
from tfaip.pipeline.engine.processes.restored_error import tell
from tfaip.pipeline.engine.processes.shared_memory import Block
from tfaip.pipeline.engine.processes.surroundings import FOR_CONSUMER
from tfaip.pipeline.engine.stream.portion import Samples, describe_element
from tfaip.pipeline.engine.work.segment import Segment
from tfaip.pipeline.engine.work.straight import build_segment
from tfaip.pipeline.user_code import LONGEST_TRACEBACK, SampleError, shortened

__all__ = ["hold_on_to", "main"]

_HOLD = 0.05
"""Seconds for which a result may wait for others while there is more to do, where none of them was asked for."""


def main(connection: int, board: int, lifeline: int) -> None:
    """Serve the process at the other end of the connection until it closes it.

    Args:
        connection: File descriptor of the socket.
        board: That of the board.
        lifeline: That of the lifeline.
    """
    hold_on_to(lifeline)
    for number in FOR_CONSUMER:
        signal.signal(number, signal.SIG_IGN)
    # The consumer has read the same tables, and has said what there is to say about them.
    logging.getLogger("tfaip.pipeline.text_files").setLevel(logging.ERROR)
    with (
        socket.socket(fileno=connection) as consumer,
        contextlib.suppress(EOFError, ConnectionError),
        EarlyTensorFlow() as early,
    ):
        serve(Channel(consumer), Board(board), early)


def serve(channel: Channel, board: Board, early: EarlyTensorFlow) -> None:
    """Build what the first message says, then do what the others ask for.

    Raises:
        EOFError, ConnectionError: The consumer is gone, or does not want any more.
    """
    waiting = channel.receive()
    while not waiting:
        waiting = channel.receive()
    try:
        plan: Plan = pickle.loads(waiting.pop(0))
        segments = {
            number: build_segment(plan, number, passes_on=())
            for number, segment in enumerate(plan.segments)
            if segment.in_workers
        }
    except UserError as error:
        channel.send(StartFailed(str(error)))
        return
    except BaseException:
        channel.send(StartFailed(shortened(traceback.format_exc(), LONGEST_TRACEBACK)))
        return
    channel.send(Ready())
    told = _tell(early, channel)
    while True:
        flushed = perf_counter()
        for order in waiting:
            work_on(order, segments[order.segment], channel, board)
            told = told or _tell(early, channel)
            if order.tell or perf_counter() - flushed > _HOLD:
                channel.flush()
                flushed = perf_counter()
        channel.flush()
        waiting = channel.receive()


def _tell(early: EarlyTensorFlow, channel: Channel) -> bool:
    """Say from which line TensorFlow was loaded, if it was."""
    if not early.found:
        return False
    # The same words from each worker, so that they are told once.
    channel.send(Notice(f"Worker processes are slow to start, and large: {early.place()} loads TensorFlow. {REMEDY}"))
    return True


def work_on(order: Order, segment: Segment, channel: Channel, board: Board) -> None:
    """Do one task and send what came of it."""
    block: Block | None = None

    def allocate(size: int) -> np.ndarray:
        nonlocal block
        if size <= SMALL:
            return np.empty(size, np.uint8)
        block = channel.allocate(size)
        return block.memory

    board.begin(order.task)
    began = perf_counter()
    done: Done | None = None
    failure: SampleError
    try:
        portion, report = segment.run(
            order.portion,
            allocate=allocate,
            skip=order.skip,
            on_element=board.begin_element,
            is_trial=order.is_trial,
        )
        made = portion.samples if isinstance(portion, Samples) else portion.packed
        if made is None and block is not None:
            channel.take_back(block)
            block = None
        done = Done(order.task, made, portion.elements, report, perf_counter() - began, portion.read)
    except SampleError as raised:
        failure = raised
    except BaseException as error:
        failure = SampleError(error, "in a worker")
    if done is not None:
        board.idle()
        try:
            channel.send(done, block, hold=True)
            return
        except MemoryError as error:
            failure = SampleError(error, "in a worker")
        except BaseException as error:
            element = describe_element(order.portion, first_unpicklable(portion))
            failure = SampleError(not_sent(error, "to leave a worker"), element)
    if block is not None:
        channel.take_back(block)
    tell(order.task, failure, channel.send)
    board.idle()


def hold_on_to(descriptor: int) -> None:
    """End this process when the other end of a pipe closes: the lifeline, which ties it to the process that started it.

    Nothing is ever written to it. Its writing end is open in the consumer's process only, so that it closes when that
    process ends, however it ends. The kernel then sends SIGIO to each worker, whose default action ends it, whatever
    the worker is doing. A thread that waits for the pipe would need the interpreter lock, which a processor may hold
    for long. `prctl(PR_SET_PDEATHSIG)` is no replacement: it fires when the starting *thread* ends.
    """
    # A file of its own: only one process is told of the events of a file, and all workers get the same one.
    descriptor = os.open(f"/proc/self/fd/{descriptor}", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGIO])
    fcntl.fcntl(descriptor, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(descriptor, fcntl.F_SETFL, fcntl.fcntl(descriptor, fcntl.F_GETFL) | os.O_NONBLOCK | os.O_ASYNC)
    # It may have closed before we asked for the signal.
    waiting = select.poll()
    waiting.register(descriptor, 0)
    if waiting.poll(0):
        os._exit(1)
