"""What all tests share: the zoo of params classes on the path, and snapshots of wording."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import settings

from tfaip.params import CommandLine, CommandLineError

HERE = Path(__file__).parent

# With `--import-mode=importlib` tests can't import their neighbours, and tags must name an importable module.
sys.path.insert(0, str(HERE))

# A deadline for each example would be an assertion about the machine.
settings.register_profile("tfaip", deadline=None)
settings.load_profile("tfaip")


@pytest.fixture(autouse=True)
def _plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Help looks the same wherever the tests run."""
    monkeypatch.setenv("COLUMNS", "80")
    for variable in ("FORCE_COLOR", "TFAIP_COMPLETE"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def snapshot(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Compare a text with the one that was reviewed; `UPDATE_SNAPSHOTS=1` writes it anew, for review."""

    def compare(text: str) -> None:
        name = request.node.name.removeprefix("test_").replace("[", "-").replace("]", "")
        path = HERE / "snapshots" / f"{Path(request.node.fspath).stem.removeprefix('test_')}-{name}.txt"
        if os.environ.get("UPDATE_SNAPSHOTS"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
        assert path.exists(), f"{path} isn't there; write it with UPDATE_SNAPSHOTS=1"
        assert text == path.read_text("utf-8")

    return compare


@pytest.fixture
def mistakes() -> Callable[..., str]:
    """All that a class' command line says to wrong words."""

    def parse(cls: type, words: Sequence[str] | str, root: str = "", **options: object) -> str:
        command = CommandLine("prog")
        command.add_root(root, cls, **options)  # type: ignore[arg-type]  # whatever add_root takes
        with pytest.raises(CommandLineError) as caught:
            command.parse_or_raise(words.split() if isinstance(words, str) else words)
        return str(caught.value)

    return parse


@pytest.fixture
def read() -> Callable[..., object]:
    """Params of a class from the words of a line."""

    def parse(cls: type, words: Sequence[str] | str = "", root: str = "", **options: object) -> object:
        command = CommandLine("prog")
        command.add_root(root, cls, **options)  # type: ignore[arg-type]  # whatever add_root takes
        return command.parse_or_raise(words.split() if isinstance(words, str) else words)[root]

    return parse
