"""What the commands have in common that are about bundles."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from tfaip.model import Bundle
from tfaip.model.command import USAGE_ERROR, reported_user_errors, take_log_level, take_user_word, values_of
from tfaip.model.runtime.backend import prefer_tensorflow
from tfaip.params.shown_text import one_line
from tfaip.pipeline import DataGeneratorParams, PipelineMode
from tfaip.predict.errors import PredictionError

__all__ = ["require_data", "run_bundle_command", "sample_errors"]


def run_bundle_command(
    name: str,
    usage: str,
    argv: Sequence[str] | None,
    run: Callable[[list[str], list[str]], None],
    *,
    options: Sequence[str] = ("--export_dir",),
) -> None:
    """Run a command whose arguments depend on the bundles that it is about.

    Args:
        name: Name of the command.
        usage: What is shown where nothing names a bundle.
        argv: Words after the command's name; `None` for those of the process.
        run: Called with the bundles, at least one, and the other words.
        options: Arguments that name bundles; the first one is the one to be shown.
    """
    with reported_user_errors(name):
        words = take_log_level(sys.argv[1:] if argv is None else argv)
    bundles, rest = values_of(options, words)
    if not bundles:
        asked = any(word in ("-h", "--help") for word in words)
        print(usage, end="", file=sys.stdout if asked else sys.stderr)
        if words and not asked:
            print(f"\n{name}: error: expects {options[0]} FOLDER, got: {one_line(' '.join(words))}", file=sys.stderr)
        raise SystemExit(0 if asked else USAGE_ERROR)
    take_user_word(argv, rest, bundles)
    prefer_tensorflow()
    with reported_user_errors(name), sample_errors():
        run(bundles, rest)


def require_data(bundles: Sequence[str], generator: DataGeneratorParams, mode: PipelineMode) -> None:
    """Refuse bundles and samples that are missing, before TensorFlow loads.

    Args:
        bundles: Folders of the bundles.
        generator: Where samples come from.
        mode: What they are read for.

    Raises:
        BundleError: A folder is no bundle.
        DataError: A list, a table or a folder of samples is missing.
    """
    for bundle in bundles:
        Bundle.at(bundle)
    generator.require_files(mode)


@contextmanager
def sample_errors() -> Iterator[None]:
    """Name the sample whose file is missing or can't be read, instead of showing where in the code that was noticed."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        # The traceback of a worker, of several lines, is not for users.
        notes = [note for note in getattr(error, "__notes__", ()) if "\n" not in note]
        if not notes:
            raise
        raise PredictionError(
            f"a sample cannot be read {notes[-1]}: {type(error).__name__}: {error}\n"
            "  --on_error skip goes on without such samples, and counts them"
        ) from error
