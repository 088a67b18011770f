"""tfaip-adapt-exported-model: rebuilds a bundle with today's code."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from tfaip.model.command import ONE_BUNDLE, Invocation, blamed, log_to_console, run_command
from tfaip.model.runtime.tensorflow_import import import_tensorflow
from tfaip.model.stored.params import load_params_of_today
from tfaip.params import to_json
from tfaip.params.shown_text import clean_text, one_line

__all__ = ["main"]

USAGE = """\
usage: tfaip-adapt-exported-model BUNDLE [--output FOLDER] [arguments]

Rebuild the bundle in the folder BUNDLE with the code of its scenario as it is today, and tell what has changed since.
Arguments change the scenario's parameters, as far as the weights still fit. The new bundle is then BUNDLE_adapted.
Without arguments and --output it takes the place of the former one, which is kept until the new one is whole.

  tfaip-adapt-exported-model runs/min/best --output adapted
  tfaip-adapt-exported-model runs/min/best --model.beam.width 5 --output runs/min/wide
  tfaip-adapt-exported-model BUNDLE --help     all arguments, with the values of the bundle
"""


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command.

    Args:
        argv: Arguments without the command's name; default: those of the process.
    """
    run_command("tfaip-adapt-exported-model", USAGE, argv, _adapt, subjects=ONE_BUNDLE)


def _adapt(call: Invocation) -> None:
    (path,) = call.about
    former, differences = load_params_of_today(path, trust=call.trust)
    text = to_json(former)
    command_line = call.command_line("Rebuild a bundle with today's code.")
    command_line.add_root("scenario", type(former), default=former)
    command_line.add_argument(
        "--output",
        type=str | None,
        help="Folder of the new bundle; default: in place, or BUNDLE_adapted if arguments change parameters",
    )
    parsed = command_line.parse(call.words)
    log_to_console()
    params, output = parsed["scenario"], parsed.arguments.output
    changes = to_json(params) != text
    if changes and output is None:
        bundle = Path(path).resolve()
        output = os.fspath(bundle.with_name(f"{bundle.name}_adapted"))
    import_tensorflow()
    from tfaip.model.stored.adapt import adapt_bundle

    with blamed():
        adapted = adapt_bundle(path, output, params=params if changes else None, trust=parsed.trust)
    for difference in dict.fromkeys([*differences, *adapted.differences]):
        print(clean_text(difference))
    print(one_line(f"{adapted.bundle.path} is a bundle of today's code, digest {adapted.bundle.digest}"))


if __name__ == "__main__":
    main()
