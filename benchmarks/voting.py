"""Accuracy of three trained models of digits, alone and by vote, on the held-out digits.

    python benchmarks/voting.py [--data PATH/mnist.npz] [--epochs 10]

Three trainings of the tutorial that differ in nothing but their seed. It fails unless the vote by the mean of the
probabilities is better than the mean of the three accuracies.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
SEEDS = (1, 2, 3)


def main() -> None:
    """Train, vote, and print the accuracies."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="mnist_5k", help="an .npz laid out as Keras' mnist, or mnist_5k")
    parser.add_argument("--epochs", type=int, default=10)
    arguments = parser.parse_args()
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as folder:
        paths = [_train(Path(folder) / str(seed), seed, arguments) for seed in SEEDS]
        alone, votes = _validate(paths, arguments.data)
    print("| model | accuracy |\n| --- | --- |")
    for seed, accuracy in zip(SEEDS, alone, strict=True):
        print(f"| seed {seed} | {accuracy:.2%} |")
    print(f"| mean of the three | {statistics.mean(alone):.2%} |")
    for name, accuracy in votes.items():
        print(f"| vote by {name} | {accuracy:.2%} |")
    if votes["mean of probabilities"] <= statistics.mean(alone):
        sys.exit("the vote must be better than the mean of the three")


def _train(folder: Path, seed: int, arguments: argparse.Namespace) -> Path:
    from examples.tutorial.min.scenario import TutorialScenario

    params = TutorialScenario.default_trainer_params()
    params.output_dir, params.random_seed, params.epochs = folder, seed, arguments.epochs
    params.gen.dataset = arguments.data
    TutorialScenario.create_trainer(params).train()
    return folder / "export"


def _validate(paths: list[Path], data: str) -> tuple[list[float], dict[str, float]]:
    from examples.tutorial.min.params import TutorialGeneratorParams
    from examples.tutorial.min.scenario import TutorialScenario
    from tfaip.predict import LAVParams, MajorityVoterParams, MeanVoterParams, MultiLAVParams

    digits = [TutorialGeneratorParams(dataset=data, split="test")]
    alone = [next(TutorialScenario.create_lav(path, LAVParams()).run(digits)).metrics["acc"] for path in paths]
    voters = {"mean of probabilities": MeanVoterParams(), "majority": MajorityVoterParams()}
    votes = {}
    for name, voter in voters.items():
        lav = TutorialScenario.create_multi_lav(paths, MultiLAVParams(voter=voter))
        votes[name] = next(lav.run(digits)).metrics["acc"]
    return alone, votes


if __name__ == "__main__":
    main()
