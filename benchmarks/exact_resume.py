"""Whether a run that is killed and resumed ends as one that never stopped, bit by bit.

    python benchmarks/exact_resume.py [--scenario tutorial] [--kills 10] [--epochs 6] [--data mnist_5k] [--seed 0]

A scenario is trained with an average of its weights, gradient accumulation and checkpoints within the epochs (`points`
has dropout and augmentation too, and trains with two worker processes): once in one go, and once in processes that are
killed by SIGKILL at random moments, every second time while a checkpoint is being written, and resumed. Then all that
both runs leave is compared; clock times are not.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from examples.tutorial.min.params import TutorialTrainerPipelineParams
from examples.tutorial.min.scenario import TutorialScenario
from tfaip.model.testing.points.params import PointsPipelineParams
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.trainer import TrainerParams
from tfaip.trainer.testing.compare_runs import compare_runs
from tfaip.trainer.testing.killed_run import run_whole, run_with_kills

BATCH_SIZE = 16


def main() -> None:
    """Train twice, compare, print the table, and exit with 1 if anything differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="mnist_5k", help="an .npz laid out as Keras' mnist, or mnist_5k")
    parser.add_argument("--scenario", choices=["tutorial", "points"], default="tutorial")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--samples", type=int, default=1000, help="samples per epoch")
    parser.add_argument("--seed", type=int, default=0, help="seed of the moments of the kills")
    arguments = parser.parse_args()
    steps = arguments.epochs * arguments.samples // BATCH_SIZE
    with tempfile.TemporaryDirectory() as folder:
        whole, killed = (_params(arguments, Path(folder) / name) for name in ("whole", "killed"))
        run_whole(whole)
        hits = run_with_kills(killed, steps, arguments.kills, arguments.seed, lambda line: print(line, file=sys.stderr))
        assert whole.output_dir
        assert killed.output_dir
        compared = compare_runs(whole.output_dir, killed.output_dir)
    writing = sum(hit.writing for hit in hits)
    print(f"{len(hits)} kills, {writing} of them while a checkpoint was being written\n")
    print("| what | values | differing |")
    print("| --- | --- | --- |")
    for line in compared:
        print(f"| {line.what} | {line.count} | {', '.join(line.differing) or 'none'} |")
    if len(hits) < arguments.kills or any(line.differing for line in compared):
        raise SystemExit(1)


def _params(arguments: argparse.Namespace, folder: Path) -> TrainerParams:
    if arguments.scenario == "tutorial":
        params = TutorialScenario.default_trainer_params()
        params.gen = TutorialTrainerPipelineParams(dataset=arguments.data)
    else:
        params = PointsScenario.default_trainer_params()
        assert isinstance(params.gen, PointsPipelineParams)
        params.gen.train.count, params.gen.setup.train.num_processes = 700, 2
    params.gen.setup.train.batch_size = BATCH_SIZE
    params.epochs, params.samples_per_epoch = arguments.epochs, arguments.samples
    params.random_seed, params.progress, params.output_dir = 7, "off", folder
    params.ema_decay, params.train_accum_steps = 0.99, 3
    params.checkpoint_every_n_steps = 10
    return params


if __name__ == "__main__":
    main()
