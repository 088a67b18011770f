"""tfaip-adapt-exported-model: rebuilds a bundle with today's code."""

from __future__ import annotations

from collections.abc import Sequence

from tfaip.model import Bundle
from tfaip.model.command import Invocation, Subject, blamed, import_tensorflow, log_to_console, run_command
from tfaip.params.shown_text import clean_text, one_line

__all__ = ["main"]

USAGE = """\
usage: tfaip-adapt-exported-model --export_dir BUNDLE [--output FOLDER]

Rebuild the bundle in the folder BUNDLE with the code of its scenario as it is today, and tell what has changed since.
Without --output the new bundle takes the place of the former one, which is kept until the new one is whole.

  tfaip-adapt-exported-model --export_dir runs/min/best --output adapted
  tfaip-adapt-exported-model --export_dir BUNDLE --help     all arguments
"""

BUNDLE = Subject(("--export_dir",), "FOLDER", "Folder of the bundle", reading=lambda path: [path])


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command.

    Args:
        argv: Arguments without the command's name; default: those of the process.
    """
    run_command("tfaip-adapt-exported-model", USAGE, argv, _adapt, subjects=[BUNDLE])


def _adapt(call: Invocation) -> None:
    (path,) = call.about
    command_line = call.command_line("Rebuild a bundle with today's code.")
    command_line.add_argument("--output", type=str | None, help="Folder of the new bundle; default: in place")
    parsed = command_line.parse(call.words)
    log_to_console()
    Bundle.at(path)
    import_tensorflow()
    from tfaip.model.stored.adapt import adapt_bundle

    with blamed():
        adapted = adapt_bundle(path, parsed.arguments.output, trust=parsed.trust)
    for difference in adapted.differences:
        print(clean_text(difference))
    print(one_line(f"{adapted.bundle.path} is a bundle of today's code, digest {adapted.bundle.digest}"))


if __name__ == "__main__":
    main()
