"""tfaip-lav: loads a bundle and validates it."""

from __future__ import annotations

from collections.abc import Sequence

from tfaip.model.command import Invocation
from tfaip.predict.cli.bundle_command import run_bundle_command
from tfaip.predict.cli.validation_arguments import read_and_validate
from tfaip.predict.errors import PredictionError

__all__ = ["main"]

USAGE = """\
usage: tfaip-lav --export_dir BUNDLE [arguments]

Load the bundle in the folder BUNDLE, best/ or export/ of a run, and compute its losses and metrics, and the figures of
the scenario's evaluator. A generator that reads several lists is validated on each of them.

  tfaip-lav --export_dir runs/min/best --json results.json
  tfaip-lav --export_dir BUNDLE --help     all arguments: --data.*: samples, --lav.*: validation

A bundle holds a program (its SavedModel): open one of an unknown person in a sandbox only.
"""


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command.

    Args:
        argv: Arguments without the command's name; default: those of the process.
    """
    run_bundle_command("tfaip-lav", USAGE, argv, _validate)


def _validate(call: Invocation) -> None:
    paths = call.about
    if len(paths) > 1:
        raise PredictionError(
            f"expects one bundle, got {len(paths)}: {' '.join(paths)}; "
            f"for their vote: tfaip-multi-lav --export_dirs {' '.join(paths)}"
        )
    read_and_validate(call, votes=False)


if __name__ == "__main__":
    main()
