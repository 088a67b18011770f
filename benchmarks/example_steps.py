"""The step of the examples, of a U-Net, or of any scenario, beside the same graph in plain `keras.Model.fit`.

    python benchmarks/example_steps.py [--only seq2seq atr] [--rounds 5] [--steps 100]
    python benchmarks/example_steps.py --scenario segments --scenario examples.atr train.batch_size=32

`--scenario` takes a scenario, and then arguments of its training. `chrt -f 10` before the command keeps other programs
of the machine out of the figures.

Both train the scenario's graph with its losses, metrics and optimizer on the same batches, which are ready in memory
and padded to one shape. The contestants take turns, each in a process of its own: one epoch to compile, and then three
epochs of `--steps` steps, whose median counts. `fit` runs as TensorFlow starts; tfaip as `tfaip-train` does. The ratio
is that of the medians over all rounds; its range is that of the rounds.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

EPOCHS = 3

# Different batches in memory; more would not fit for images.
BATCHES = 20

EXAMPLES: dict[str, tuple[str, dict[str, Any]]] = {
    "min": ("examples.tutorial.min", {}),
    "imageclassification": ("examples.imageclassification", {}),
    "atr": ("examples.atr", {}),
    "text": ("examples.text.finetuningbert", {}),
    "ner": ("examples.ner", {}),
    "unet": (str(Path(__file__).with_name("unet.py")), {}),
    "seq2seq": ("examples.seq2seq", {}),
    "seq2seq, transformer": ("examples.seq2seq", {"model.decoder": "TransformerDecoder"}),
}


def main() -> None:
    """Run the contestants in turns and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=list(EXAMPLES), help="examples; default: all")
    parser.add_argument(
        "--scenario",
        nargs="+",
        action="append",
        metavar=("MODULE", "ARGUMENT=VALUE"),
        default=[],
        help="another scenario, with arguments of its training, such as train.batch_size=32; may be repeated",
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=100, help="steps of an epoch")
    parser.add_argument("--contestant", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.contestant:
        kind, example = arguments.contestant
        print(json.dumps(CONTESTANTS[kind](*json.loads(example), arguments.steps)))
        return
    names = arguments.only or ([] if arguments.scenario else list(EXAMPLES))
    examples = {name: EXAMPLES[name] for name in names}
    for module, *changes in arguments.scenario:
        examples[" ".join((module, *changes))] = (module, dict(change.split("=", 1) for change in changes))
    print("| example | fit | tfaip | tfaip beside fit | range |\n| --- | ---: | ---: | ---: | --- |")
    for name, example in examples.items():
        seconds: dict[str, list[float]] = {"fit": [], "tfaip": []}
        for number in range(arguments.rounds):
            for kind in sorted(seconds, reverse=number % 2 == 1):
                seconds[kind].append(_run(kind, example, arguments.steps))
        fit, tfaip = (statistics.median(seconds[kind]) for kind in ("fit", "tfaip"))
        ratios = [ours / theirs for ours, theirs in zip(seconds["tfaip"], seconds["fit"], strict=True)]
        print(
            f"| {name} | {fit * 1e3:.2f} ms | {tfaip * 1e3:.2f} ms | {tfaip / fit:.2f} x "
            f"| {min(ratios):.2f} to {max(ratios):.2f} |",
            flush=True,
        )


def _run(kind: str, example: tuple[str, dict[str, Any]], steps: int) -> float:
    words = [sys.executable, __file__, "--contestant", kind, json.dumps(example), "--steps", str(steps)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    return float(done.stdout.splitlines()[-1])


def trainer_of(scenario: str, changes: dict[str, Any]) -> Any:
    """Return the trainer of a scenario, after some of its parameters were changed."""
    from tfaip.model import find_scenario
    from tfaip.params import with_values

    found = find_scenario(scenario)
    params = with_values(found.default_trainer_params(), changes)
    return found.create_trainer(params)


def ready_batches(trainer: Any) -> Any:
    """Batches of one shape, endless; with `False` for the end of a pass, which tfaip's loop asks for."""
    import numpy as np
    import tensorflow as tf

    from tfaip.pipeline import PipelineMode

    gen, data = trainer.params.gen, trainer.scenario.data
    setup = gen.setup.train
    setup.num_processes = 0
    pipeline = data.create_pipeline(PipelineMode.TRAINING, setup, gen.training_samples(), seed=0)
    with pipeline.generate_input_batches(repeat=True) as batches:
        taken = [(batch.inputs, batch.targets) for batch in itertools.islice(batches, BATCHES)]

    def stacked(part: int, name: str) -> Any:
        arrays = [batch[part][name] for batch in taken]
        shape = np.max([array.shape for array in arrays], axis=0)
        rows = min(len(array) for array in arrays)
        return np.stack([np.pad(array[:rows], _missing(array[:rows], shape[1:])) for array in arrays])

    slices = tuple({name: stacked(part, name) for name in taken[0][part]} for part in (0, 1))
    return tf.data.Dataset.from_tensor_slices((*slices, [False] * BATCHES)).repeat()


def _missing(array: Any, shape: Any) -> list[tuple[int, int]]:
    return [(0, 0), *((0, int(wanted) - has) for has, wanted in zip(array.shape[1:], shape, strict=True))]


def _tfaip(scenario: str, changes: dict[str, Any], steps: int) -> float:
    trainer = as_command(lambda: trainer_of(scenario, changes))
    return seconds_of_step(trainer, iter(ready_batches(trainer)), steps)


def as_command(create: Callable[[], Any]) -> Any:
    """Return a trainer, in a process that has TensorFlow as `tfaip-train` has it."""
    from tfaip.model import configure_devices
    from tfaip.model.runtime.backend import prefer_tensorflow

    prefer_tensorflow()
    trainer = create()
    configure_devices(trainer.params.device)
    return trainer


def seconds_of_step(trainer: Any, iterator: Any, steps: int) -> float:
    """Return the seconds of a step in the loop of tfaip.

    Args:
        trainer: Its scenario and parameters are used.
        iterator: Gives inputs, targets, and whether a pass ends.
        steps: Steps of an epoch.
    """
    from tfaip.trainer.loop.training_loop import create_training_loop
    from tfaip.trainer.step.training_state import TrainingState

    state = TrainingState(trainer.scenario, trainer.params)
    loop = create_training_loop(state.step, trainer.params)
    state.step.start_epoch(0, None)

    def epoch() -> None:
        left = steps
        while left:
            left -= loop(iterator, max_steps=left).steps
        state.train_metrics.result()
        state.train_metrics.reset()

    return _median(epoch) / steps


def _fit(scenario: str, changes: dict[str, Any], steps: int) -> float:
    trainer = trainer_of(scenario, changes)
    batches = ready_batches(trainer).map(lambda inputs, targets, _: (inputs, targets))
    return seconds_of_fit(trainer, batches, steps)


def seconds_of_fit(trainer: Any, batches: Any, steps: int) -> float:
    """Return the seconds of a step of the same graph in `keras.Model.fit`.

    Args:
        trainer: Its scenario and parameters are used.
        batches: A `tf.data.Dataset` of inputs and targets, endless.
        steps: Steps of an epoch.
    """
    import keras

    from tfaip.model.model_metrics import build_metrics

    scenario, params = trainer.scenario, trainer.params
    model = scenario.create_model()
    graph = model.build_graph(scenario.data)
    metrics, _ = build_metrics(model, graph, scenario.data)

    class Fitted(keras.Model):
        """The graph with the scenario's losses and metrics."""

        def __init__(self) -> None:
            super().__init__()
            self.graph = graph
            self.built = True

        def call(self, batch: Any, training: bool | None = None) -> Any:
            return model.forward(graph, *batch, training=bool(training))

        def compute_loss(self, x: Any = None, y: Any = None, y_pred: Any = None, *_: Any, **__: Any) -> Any:
            del y
            targets, outputs, losses = y_pred
            metrics.update(x[0], targets, outputs, losses, outputs)
            weights = model.loss_weights(list(losses))
            return sum(weights[name] * loss for name, loss in losses.items())

        def compute_metrics(self, *_: Any, **__: Any) -> Any:
            return {"loss": self._loss_tracker.result()}

    fitted = Fitted()
    fitted.compile(optimizer=params.optimizer.create(graph.trainable_variables))
    wrapped = batches.map(lambda inputs, targets: ((inputs, targets),))

    def epoch() -> None:
        fitted.fit(wrapped, steps_per_epoch=steps, verbose=0)
        metrics.result()
        metrics.reset()

    return _median(epoch) / steps


def _median(epoch: Any) -> float:
    epoch()  # traces and compiles
    seconds = []
    for _ in range(EPOCHS):
        began = time.perf_counter()
        epoch()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


CONTESTANTS: dict[str, Callable[..., float]] = {"tfaip": _tfaip, "fit": _fit}


if __name__ == "__main__":
    main()
