"""A training that decodes images on the way, beside `keras.Model.fit` fed by `tf.data` with the same decoding.

    python benchmarks/decoding.py --images DATA/flowers --lines DATA/uw3_50lines/train [--rounds 5] [--steps 60]

`--images` is a folder with a folder of JPEG files for each class, and trains `examples.imageclassification`. `--lines`
holds PNG files with transcripts, and trains `examples.atr`. Both do without augmentation and without buckets: shuffle,
read a file, decode it, resize it, and pad the lines of a batch to the longest one, 16 samples a batch. tfaip does this
by Pillow in its pipeline, sample by sample, as `tfaip-train` does; `fit` by TensorFlow's kernels, as many at once as
`tf.data` chooses. Each contestant has a process of its own, in turns: a first epoch to compile, then three of `--steps`
steps, whose median counts. `ready` is tfaip's step on batches that are ready in memory: the part that no pipeline can
save.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from example_steps import as_command, ready_batches, seconds_of_fit, seconds_of_step

ROOT = Path(__file__).parents[1]
BATCH_SIZE = 16


def main() -> None:
    """Run the contestants in turns and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=Path)
    parser.add_argument("--lines", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=60, help="steps of an epoch")
    parser.add_argument("--contestant", choices=list(CONTESTANTS), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    chosen = [(name, folder) for name in EXAMPLES if (folder := getattr(arguments, name)) is not None]
    if not chosen:
        parser.error("--images, --lines or both must name a folder")
    if arguments.contestant:
        sys.path.insert(0, str(ROOT))
        ((name, folder),) = chosen
        print(CONTESTANTS[arguments.contestant](name, folder.resolve(), arguments.steps))
        return
    print("| decoded | contestant | step | beside fit | range |\n| --- | --- | ---: | ---: | --- |")
    for name, folder in chosen:
        seconds: dict[str, list[float]] = {contestant: [] for contestant in CONTESTANTS}
        for number in range(arguments.rounds):
            for contestant in sorted(seconds, reverse=number % 2 == 1):
                seconds[contestant].append(_run(contestant, name, folder, arguments.steps))
        _print_rows(name, seconds)


def _print_rows(name: str, seconds: dict[str, list[float]]) -> None:
    for contestant, taken in seconds.items():
        ratios = [ours / theirs for ours, theirs in zip(taken, seconds["fit"], strict=True)]
        median = statistics.median(taken)
        print(
            f"| {name} | {contestant} | {median * 1e3:.2f} ms | {median / statistics.median(seconds['fit']):.2f} x "
            f"| {min(ratios):.2f} to {max(ratios):.2f} |",
            flush=True,
        )


def _run(contestant: str, name: str, folder: Path, steps: int) -> float:
    words = [sys.executable, __file__, f"--{name}", str(folder), "--contestant", contestant, "--steps", str(steps)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    return float(done.stdout.splitlines()[-1])


def _tfaip(name: str, folder: Path, steps: int) -> float:
    trainer = as_command(lambda: EXAMPLES[name][0](folder))

    from tfaip.trainer.loop.training_data import TrainingData

    with TrainingData(trainer.params, trainer.scenario, None) as data:
        return seconds_of_step(trainer, data.iterator, steps)


def _ready(name: str, folder: Path, steps: int) -> float:
    trainer = as_command(lambda: EXAMPLES[name][0](folder))
    return seconds_of_step(trainer, iter(ready_batches(trainer)), steps)


def _fit(name: str, folder: Path, steps: int) -> float:
    create, batches = EXAMPLES[name]
    trainer = create(folder)
    return seconds_of_fit(trainer, batches(trainer), steps)


def _images(folder: Path) -> Any:
    from examples.imageclassification.processor_params import AugmentParams
    from examples.imageclassification.scenario import ImageScenario

    params: Any = ImageScenario.default_trainer_params()
    params.gen.train.image_dir = str(folder)
    _simplify(params, AugmentParams)
    return ImageScenario.create_trainer(params)


def _decoded_images(trainer: Any) -> Any:
    import tensorflow as tf

    from examples.imageclassification.generators import ImagesGenerator
    from tfaip.pipeline import PipelineMode

    data = trainer.scenario.data.params
    items = ImagesGenerator(PipelineMode.TRAINING, trainer.params.gen.training_samples()).items
    paths = [str(path) for path, _ in items]
    classes = tf.constant([data.classes.index(name) for _, name in items], tf.int64)

    def decoded(path: Any, number: Any) -> Any:
        pixels = tf.io.decode_jpeg(tf.io.read_file(path), channels=3)
        return {"img": _resized(pixels, data.height, data.width)}, {"gt": tf.reshape(number, (1,))}

    samples = _shuffled(paths, classes).map(decoded, num_parallel_calls=tf.data.AUTOTUNE)
    return samples.batch(BATCH_SIZE, drop_remainder=True).repeat().prefetch(tf.data.AUTOTUNE)


def _lines(folder: Path) -> Any:
    from examples.atr.processor_params import DistortLineParams
    from examples.atr.scenario import ATRScenario

    params: Any = ATRScenario.default_trainer_params()
    params.gen.train.image_files = [str(folder / "*.png")]
    _simplify(params, DistortLineParams)
    return ATRScenario.create_trainer(params)


def _decoded_lines(trainer: Any) -> Any:
    import tensorflow as tf

    from examples.atr.generators import transcript_of
    from tfaip.pipeline.text_files import expand_globs

    data = trainer.scenario.data.params
    label = {character: number for number, character in enumerate(data.characters(), start=1)}
    files = expand_globs(trainer.params.gen.train.image_files)
    texts = [[label[character] for character in transcript_of(path)] for path in files]

    def decoded(path: Any, labels: Any) -> Any:
        pixels = tf.io.decode_png(tf.io.read_file(path), channels=1)
        scale = tf.cast(tf.shape(pixels)[1], tf.float32) * data.height / tf.cast(tf.shape(pixels)[0], tf.float32)
        pixels = _resized(pixels, data.height, tf.maximum(1, tf.cast(tf.round(scale), tf.int32)))[..., 0]
        ink = tf.where(tf.reduce_mean(tf.cast(pixels, tf.float32)) > 127, 255 - pixels, pixels)
        line = tf.transpose(ink)
        inputs = {"line": line, "columns": tf.cast(tf.shape(line)[:1], tf.int64)}
        return inputs, {"labels": labels, "length": tf.shape(labels, tf.int64)}

    samples = _shuffled([str(path) for path in files], tf.ragged.constant(texts, tf.int64))
    samples = samples.map(decoded, num_parallel_calls=tf.data.AUTOTUNE)
    return samples.padded_batch(BATCH_SIZE, drop_remainder=True).repeat().prefetch(tf.data.AUTOTUNE)


def _simplify(params: Any, augmentation: type) -> None:
    setup = params.gen.setup.train
    setup.bucket_boundaries, setup.bucket_batch_sizes = [], []
    setup.batch_size, setup.batch_drop_remainder = BATCH_SIZE, True
    processors = params.scenario.data.pre_proc.processors
    processors[:] = [processor for processor in processors if not isinstance(processor, augmentation)]


def _shuffled(paths: list[str], targets: Any) -> Any:
    import tensorflow as tf

    return tf.data.Dataset.from_tensor_slices((paths, targets)).shuffle(len(paths))


def _resized(pixels: Any, height: Any, width: Any) -> Any:
    import tensorflow as tf

    # Pillow's filter is as wide as an image is shrunk, which TensorFlow calls antialias.
    resized = tf.image.resize(pixels, (height, width), "bilinear", antialias=True)
    return tf.cast(tf.clip_by_value(tf.round(resized), 0, 255), tf.uint8)


EXAMPLES = {"images": (_images, _decoded_images), "lines": (_lines, _decoded_lines)}
CONTESTANTS = {"fit": _fit, "tfaip": _tfaip, "ready": _ready}


if __name__ == "__main__":
    main()
