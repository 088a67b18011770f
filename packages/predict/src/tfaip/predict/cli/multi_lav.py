"""tfaip-multi-lav: loads several bundles and validates their vote."""

from __future__ import annotations

from collections.abc import Sequence

from tfaip.model.command import Invocation
from tfaip.predict.cli.bundle_command import run_bundle_command
from tfaip.predict.cli.validation_arguments import read_and_validate

__all__ = ["main"]

USAGE = """\
usage: tfaip-multi-lav --export_dirs BUNDLE BUNDLE ... [arguments]

Load the bundles in the folders, let them vote, and compute losses and metrics of the vote, and the figures of the
scenario's evaluator. The scenario is that of the first bundle.

  tfaip-multi-lav --export_dirs runs/1/best runs/2/best runs/3/best --voter Majority
  tfaip-multi-lav --export_dirs BUNDLES --help     all arguments: --data.*: samples, --lav.*: validation

A bundle holds a program (its SavedModel): open one of an unknown person in a sandbox only.
"""


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command.

    Args:
        argv: Arguments without the command's name; default: those of the process.
    """
    run_bundle_command("tfaip-multi-lav", USAGE, argv, _validate, flags=("--export_dirs", "--export_dir"))


def _validate(call: Invocation) -> None:
    read_and_validate(call, votes=True)


if __name__ == "__main__":
    main()
