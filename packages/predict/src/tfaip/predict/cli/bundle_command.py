"""The frame of commands about bundles: their subject, the files that they need, errors of samples."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from tfaip.model import Bundle
from tfaip.model.command import Invocation, Subject, run_command
from tfaip.pipeline import DataGeneratorParams, PipelineMode
from tfaip.predict.errors import PredictionError

__all__ = ["require_data", "run_bundle_command", "sample_errors"]


def run_bundle_command(
    name: str,
    usage: str,
    argv: Sequence[str] | None,
    run: Callable[[Invocation], None],
    *,
    flags: tuple[str, ...] = ("--export_dir",),
) -> None:
    """Run a command whose arguments depend on the bundles that it is about.

    Args:
        name: Name of the command.
        usage: Text that is shown where nothing names a bundle.
        argv: Words after the command's name; `None` for those of the process.
        run: Called with the bundles, at least one, and the other words.
        flags: Arguments that name bundles; the first one is shown.
    """

    def run_reported(call: Invocation) -> None:
        with sample_errors():
            run(call)

    bundles = Subject.folder(*flags, help="Folders of the bundles", several=True)
    run_command(name, usage, argv, run_reported, subjects=[bundles])


def require_data(bundles: Sequence[str], generator: DataGeneratorParams, mode: PipelineMode) -> None:
    """Refuse bundles and samples that are missing, before TensorFlow loads.

    Args:
        bundles: Folders of the bundles.
        generator: Where samples come from.
        mode: The purpose for which samples are read.

    Raises:
        BundleError: A folder is no bundle.
        DataError: A list, a table or a folder of samples is missing.
    """
    for bundle in bundles:
        Bundle.at(bundle)
    generator.require_files(mode)


@contextmanager
def sample_errors() -> Iterator[None]:
    """Turn a missing or unreadable file into an error that names its sample, without a traceback."""
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
