"""The kernels of a step, by TensorFlow's profiler: what a step is made of, and the least that it can take here.

    python benchmarks/step_profile.py [--example min] [--steps 200] [--top 15]

Prints the time of a step, that of all its kernels together, and the kernels that take most. Their sum divided by the
cores is a bound: no loop around the same kernels makes a faster step. Batches are ready in memory. The profiler itself
makes a step a tenth slower, so the time of a step is measured without it.
"""

from __future__ import annotations

import argparse
import os
import re
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from example_steps import EXAMPLES, as_command, ready_batches, trainer_of

FRAMES = re.compile(r"Executor|ThreadpoolListener|^(Iterator|Prefetch|MakeIterator|BufferProduce|BufferConsume)")
"""Events that hold kernels, or are none."""


def main() -> None:
    """Profile the step and print its kernels."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--example", choices=list(EXAMPLES), default="min")
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--top", type=int, default=15, help="kernels to list")
    arguments = parser.parse_args()
    trainer = as_command(lambda: trainer_of(*EXAMPLES[arguments.example]))

    import tensorflow as tf

    from tfaip.trainer.loop.training_loop import create_training_loop
    from tfaip.trainer.step.training_state import TrainingState

    state = TrainingState(trainer.scenario, trainer.params)
    loop = create_training_loop(state.step, trainer.params)
    iterator = iter(ready_batches(trainer))
    state.step.start_epoch(0, None)

    def steps() -> float:
        began, left = time.perf_counter(), arguments.steps
        while left:
            left -= loop(iterator, max_steps=left).steps
        return (time.perf_counter() - began) / arguments.steps

    steps()  # traces and compiles
    seconds = min(steps() for _ in range(3))
    with tempfile.TemporaryDirectory() as folder:
        with tf.profiler.experimental.Profile(folder):
            steps()
        kernels, calls = _kernels(folder)
    whole = sum(kernels.values()) / arguments.steps
    cores = len(os.sched_getaffinity(0))
    print(f"step {seconds * 1e6:.0f} us; its kernels {whole:.0f} us, {whole / cores:.0f} us on each of {cores} cores\n")
    print("| kernel | a step | us | share |\n| --- | ---: | ---: | ---: |")
    for name, taken in kernels.most_common(arguments.top):
        each = taken / arguments.steps
        print(f"| {name} | {calls[name] / arguments.steps:.0f} | {each:.1f} | {each / whole:.1%} |")


def _kernels(folder: str) -> tuple[Counter[str], Counter[str]]:
    """Return microseconds and calls of each kernel, by the name of its operation."""
    from tensorflow.tsl.profiler.protobuf import xplane_pb2

    (path,) = Path(folder).rglob("*.xplane.pb")
    space: Any = xplane_pb2.XSpace.FromString(path.read_bytes())
    seconds: Counter[str] = Counter()
    calls: Counter[str] = Counter()
    for plane in space.planes:
        for line in plane.lines:
            if not line.name.startswith("tf_Compute"):
                continue
            for event in line.events:
                name = plane.event_metadata[event.metadata_id].name
                if FRAMES.search(name):
                    continue
                kernel = name.rpartition(":")[2].rpartition("/")[2]
                seconds[kernel] += event.duration_ps / 1e6
                calls[kernel] += 1
    return seconds, calls


if __name__ == "__main__":
    main()
