"""A training in a process of its own: `python -m tfaip.trainer.testing.run_process PARAMS.json [--resume]`."""

from __future__ import annotations

import sys
from pathlib import Path

from tfaip.model import find_stored_scenario, load_stored_params
from tfaip.model.scenario.created import created
from tfaip.trainer.params import TrainerParams

__all__ = ["main"]


def main() -> None:
    """Train with the parameters in a file, or go on with that run."""
    path, *options = sys.argv[1:]
    params = load_stored_params(TrainerParams, Path(path), scenario_at="scenario")
    trainer = created(find_stored_scenario(params.scenario), "create_trainer", params)
    trainer.resume() if options == ["--resume"] else trainer.train()


if __name__ == "__main__":
    main()
