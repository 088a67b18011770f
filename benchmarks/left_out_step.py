"""Cost of keeping the moving statistics of each step, which a step that is left out takes back.

    python benchmarks/left_out_step.py [--rounds 101] [--steps 200] [--units 64] [--layers 3] [--networks 3]

The same network with batch normalisation after each layer trains on the same batches, with and without it, in turns in
one process. Two networks of one kind differ by a few percent, from where their arrays lie in memory: `--networks` of
each kind take turns. The ratio is that of the two medians over all networks and rounds of `--steps` steps; the range
is that of the networks of one kind.
"""

from __future__ import annotations

import argparse
import statistics
import time
from typing import Any

BATCH_SIZE = 16


def main() -> None:
    """Run both in turns and print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=101)
    parser.add_argument("--steps", type=int, default=200, help="steps of a round")
    parser.add_argument("--units", type=int, default=64, help="units of each layer")
    parser.add_argument("--layers", type=int, default=3)
    parser.add_argument("--networks", type=int, default=3, help="networks of each kind")
    parser.add_argument("--precision", choices=["float32", "mixed_float16"], default="float32")
    arguments = parser.parse_args()

    import keras
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    keras.config.set_dtype_policy(arguments.precision)
    contestants = {
        (number, kind): _contestant(arguments, keeps=kind == "kept")
        for number in range(arguments.networks)
        for kind in ("kept", "not kept")
    }
    seconds: dict[tuple[int, str], list[float]] = {name: [] for name in contestants}
    turns = list(contestants)
    for number in range(arguments.rounds + 1):
        for name in turns[number % len(turns) :] + turns[: number % len(turns)]:
            taken = contestants[name]()
            if number:  # the first round traces and compiles
                seconds[name].append(taken / arguments.steps)
    medians = {}
    for kind in ("kept", "not kept"):
        each = [statistics.median(values) for (_, its_kind), values in seconds.items() if its_kind == kind]
        medians[kind] = statistics.median(each)
        print(f"{kind:8} {medians[kind] * 1e6:8.1f} us per step ({min(each) * 1e6:.1f} to {max(each) * 1e6:.1f})")
    print(f"ratio    {medians['kept'] / medians['not kept']:8.4f}")


def _contestant(arguments: argparse.Namespace, *, keeps: bool) -> Any:
    import keras
    import numpy as np
    import tensorflow as tf

    from tfaip.model.testing.points.model import PointsGraph
    from tfaip.model.testing.points.scenario import PointsScenario
    from tfaip.trainer.loop.training_loop import create_training_loop
    from tfaip.trainer.step.forward_state import ForwardState
    from tfaip.trainer.step.training_state import TrainingState

    class Normalised(PointsGraph):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.dense = [keras.layers.Dense(arguments.units, activation="relu") for _ in range(arguments.layers)]
            self.norms = [keras.layers.BatchNormalization() for _ in range(arguments.layers)]

        def call(self, inputs: Any, training: bool | None = None) -> dict[str, Any]:
            x = inputs["point"]
            for dense, norm in zip(self.dense, self.norms, strict=True):
                x = norm(dense(x), training=training)
            return super().call({"point": x}, training=training)

    params = PointsScenario.default_trainer_params()
    scenario = PointsScenario(params.scenario)
    model_cls = type(scenario.create_model())
    original = model_cls.create_graph
    model_cls.create_graph = lambda self, params: Normalised(params)  # type: ignore[method-assign]
    try:
        keras.utils.set_random_seed(1)
        network = TrainingState(scenario, params)
    finally:
        model_cls.create_graph = original  # type: ignore[method-assign]
    if not keeps:
        network.step._forward_state = ForwardState(())
    loop = create_training_loop(network.step, params)
    random = np.random.default_rng(0)
    points = tf.constant(random.normal(size=(BATCH_SIZE, 2)).astype(np.float32))
    directions = tf.constant(random.integers(0, 3, (BATCH_SIZE, 1)))
    batch = tf.data.Dataset.from_tensors(({"point": points}, {"direction": directions}, tf.constant(False)))
    iterator = iter(batch.cache().repeat())

    def run() -> float:
        left, started = arguments.steps, time.perf_counter()
        while left:
            left -= loop(iterator, max_steps=left).steps
        return time.perf_counter() - started

    return run


if __name__ == "__main__":
    main()
