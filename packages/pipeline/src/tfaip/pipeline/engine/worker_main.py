"""What a worker process does, from its first line to its last."""

from __future__ import annotations

import contextlib
import json
import logging
import pickle
import signal
import socket
import sys
import traceback
from time import perf_counter

import numpy as np

from tfaip.pipeline.errors import PipelineError

from .board import Board
from .channel import SMALL, Channel
from .failure import SampleError
from .lifeline import hold_on_to
from .messages import Done, Failed, Order, Ready, StartFailed
from .portion import Samples
from .program import Program
from .runner import Runner
from .shared_memory import Block

__all__ = ["main"]

_HOLD = 0.05
"""Seconds for which a result may wait for others while there is more to do, where none of them was asked for."""


def main() -> None:
    """Serve the process at the other end of the socket until it closes it.

    The arguments are a JSON object with the file descriptors `socket`, `board` and `lifeline`.
    """
    descriptors = json.loads(sys.argv[1])
    hold_on_to(descriptors["lifeline"])
    # Ctrl-C, and SIGTERM from a batch system, reach the whole group; it is the consumer who decides what to do then.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    # The consumer has read the same tables, and has said what there is to say about them.
    logging.getLogger("tfaip.pipeline.text_files").setLevel(logging.ERROR)
    channel = Channel(socket.socket(fileno=descriptors["socket"]))
    board = Board(descriptors["board"])
    with contextlib.suppress(EOFError, ConnectionError):
        serve(channel, board)


def serve(channel: Channel, board: Board) -> None:
    """Build what the first message says, then do what the others ask for.

    Raises:
        EOFError, ConnectionError: The consumer is gone, or does not want any more.
    """
    waiting = channel.receive()
    while not waiting:
        waiting = channel.receive()
    try:
        program: Program = pickle.loads(waiting.pop(0))
        runner = Runner(program)
        runner.prepare(number for number, segment in enumerate(program.segments) if segment.in_workers)
    except BaseException:
        channel.send(StartFailed(traceback.format_exc()))
        return
    channel.send(Ready())
    while True:
        flushed = perf_counter()
        for order in waiting:
            work_on(order, runner, channel, board)
            if order.tell or perf_counter() - flushed > _HOLD:
                channel.flush()
                flushed = perf_counter()
        channel.flush()
        waiting = channel.receive()


def work_on(order: Order, runner: Runner, channel: Channel, board: Board) -> None:
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
    reply: Done | Failed
    try:
        portion, report = runner.run(
            order.segment,
            order.portion,
            allocate=allocate,
            skip=order.skip,
            watch=board.watch,
            is_trial=order.is_trial,
        )
        made = portion.samples if isinstance(portion, Samples) else portion.packed
        reply = Done(order.task, made, portion.elements, report, perf_counter() - began)
    except SampleError as failure:
        reply = failed(order.task, failure)
    except BaseException as error:
        reply = failed(order.task, SampleError(error, "in a worker"))
    board.idle()
    if isinstance(reply, Failed) and block is not None:
        channel.take_back(block)
        block = None
    try:
        channel.send(reply, block, hold=True)
    except Exception as error:
        if block is not None:
            channel.take_back(block)
        if not isinstance(error, MemoryError):
            error = PipelineError(
                f"samples must be picklable to leave a worker ({type(error).__name__}: {error}): "
                f"keep plain data in them, or set num_processes=0"
            )
        channel.send(failed(order.task, SampleError(error, "in a worker")), hold=True)


def failed(task: int, failure: SampleError) -> Failed:
    """The message about a failure."""
    try:
        error = pickle.dumps(failure.error)
        pickle.loads(error)  # an error whose class takes other arguments than it keeps is pickled, but not restored
    except Exception:
        error = None
    return Failed(
        task, failure.where, error, f"{type(failure.error).__name__}: {failure.error}", failure.traceback_text()
    )
