"""Types of fields that the package doesn't know beforehand, and the one of them that it brings along."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tfaip.params import (
    DefinitionError,
    LoadError,
    ScalarType,
    SharedNumber,
    field,
    from_dict,
    load,
    params,
    parse,
    register_type,
    save,
    to_dict,
)


class Range:
    """`3-5`."""

    def __init__(self, low: int, high: int) -> None:
        self.low, self.high = low, high

    @classmethod
    def from_word(cls, word: str) -> Range:
        low, _, high = word.partition("-")
        if not high:
            raise ValueError("write LOW-HIGH")
        return cls(int(low), int(high))

    def to_word(self) -> str:
        return f"{self.low}-{self.high}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Range) and (self.low, self.high) == (other.low, other.high)

    __hash__ = None  # type: ignore[assignment]  # equal by what changes


@params
class RangesParams:
    one: Range = field(factory=lambda: Range(1, 2))
    many: list[Range] = field(factory=list)
    maybe: Range | int | None = None


@params
class StrengthParams:
    strength: SharedNumber = field(factory=lambda: SharedNumber(0.5))


def test_own_types_come_from_words_and_files(read: Callable[..., Any]) -> None:
    found = read(RangesParams, "--one 3-5 --many 1-2 2-3 --maybe 7-9")
    assert found == RangesParams(one=Range(3, 5), many=[Range(1, 2), Range(2, 3)], maybe=Range(7, 9))
    assert to_dict(found)["many"] == ["1-2", "2-3"]
    assert from_dict(RangesParams, to_dict(found)) == found


def test_what_own_types_refuse_is_a_mistake(mistakes: Callable[..., str]) -> None:
    assert mistakes(RangesParams, "--one 3") == "--one: must be a Range, got '3'\n  write LOW-HIGH"
    with pytest.raises(LoadError, match=r"\$\.one: must be a Range, got '3'"):
        from_dict(RangesParams, {"one": "3"})
    with pytest.raises(LoadError, match=r"\$\.one: expects Range, got 3"):
        from_dict(RangesParams, {"one": 3})


def test_a_shared_number_is_a_value_like_others(read: Callable[..., Any], mistakes: Callable[..., str]) -> None:
    found = read(StrengthParams, "--strength 0.25")
    assert float(found.strength) == 0.25
    assert from_dict(StrengthParams, to_dict(found)) == found != StrengthParams()
    assert repr(found) == "StrengthParams(strength=SharedNumber(0.25))"
    assert "must be a SharedNumber, got 'x'" in mistakes(StrengthParams, "--strength x")


def test_copies_of_a_shared_number_are_numbers_of_their_own() -> None:
    number = SharedNumber(1.0)
    copies = [copy.copy(number), copy.deepcopy(number)]
    number.value = 2.0
    assert [found.value for found in copies] == [1.0, 1.0]


def test_a_pickled_shared_number_stays_connected() -> None:
    number = SharedNumber(1.0)
    other = pickle.loads(pickle.dumps(number))
    number.value = 3.0
    assert other.value == 3.0
    other.value = 4.0
    assert number == other == SharedNumber(4.0)


SCRIPT = """
import multiprocessing
from tfaip.params import SharedNumber

def add_one(number):
    number.value += 1

if __name__ == "__main__":
    number = SharedNumber(1.0)
    process = multiprocessing.get_context("spawn").Process(target=add_one, args=(number,))
    process.start()
    process.join()
    print(number)
"""


def test_a_shared_number_reaches_a_spawned_process_and_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    done = subprocess.run([sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("SharedNumber(2.0)\n", "")


def test_the_memory_is_freed_with_its_owner() -> None:
    from multiprocessing.shared_memory import SharedMemory

    number = SharedNumber(1.0)
    name = number._memory.name
    del number
    with pytest.raises(FileNotFoundError):
        SharedMemory(name)


class Size(int):
    """Bytes, `4k`."""

    @classmethod
    def from_word(cls, word: str) -> Size:
        return cls(int(word.removesuffix("k")) * (1024 if word.endswith("k") else 1))

    def to_word(self) -> str:
        return f"{self // 1024}k" if self % 1024 == 0 else str(int(self))


class Share(float):
    @classmethod
    def from_word(cls, word: str) -> Share:
        return cls(float(word.removesuffix("%")) / 100)

    def to_word(self) -> str:
        return f"{self * 100:g}%"


class Upper(str):
    __slots__ = ()

    @classmethod
    def from_word(cls, word: str) -> Upper:
        return cls(word.upper())

    def to_word(self) -> str:
        return self.lower()


@params
class BuiltinParams:
    size: Size = Size(4096)
    share: Share = Share(0.25)
    name: Upper = Upper("A")
    sizes: list[Size] = field(factory=lambda: [Size(1), Size(2048)])
    by_name: dict[Upper, Share] = field(factory=lambda: {Upper("K"): Share(0.5)})


@pytest.mark.parametrize("suffix", ["json", "yaml", "toml"])
def test_own_types_over_numbers_and_texts_come_back_from_files(tmp_path: Path, suffix: str) -> None:
    made = BuiltinParams(size=Size(512), sizes=[Size(7)])
    save(made, tmp_path / f"f.{suffix}")
    read = load(BuiltinParams, tmp_path / f"f.{suffix}")
    assert read == made
    assert [type(value) for value in (read.size, read.share, read.name, read.sizes[0])] == [Size, Share, Upper, Size]
    assert parse(BuiltinParams, ["--size", "512", "--sizes", "7"]) == made


class Version:
    """A class of another library: it knows nothing of params."""

    def __init__(self, text: str) -> None:
        self.parts = tuple(map(int, text.split(".")))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and self.parts == other.parts

    __hash__ = None  # type: ignore[assignment]  # as many classes of numbers


class VersionType(ScalarType):
    label = "version"

    def read(self, word: str) -> Version:
        return Version(word)

    def write(self, value: Version) -> str:
        return ".".join(map(str, value.parts))


class Extent:
    def __init__(self, low: float, high: float) -> None:
        self.low, self.high = low, high

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Extent) and (self.low, self.high) == (other.low, other.high)

    __hash__ = None  # type: ignore[assignment]


class ExtentType(ScalarType):
    """Files hold more than a word."""

    label = "extent"

    def read(self, word: str) -> Extent:
        low, _, high = word.partition("..")
        return Extent(float(low), float(high))

    def write(self, value: Extent) -> str:
        return f"{value.low}..{value.high}"

    def load(self, data: Any, reading: Any) -> Extent:
        return Extent(data["low"], data["high"])

    def dump(self, value: Extent, writing: Any) -> Any:
        return {"low": value.low, "high": value.high}


register_type(Version, VersionType())
register_type(Extent, ExtentType())


@params
class ForeignParams:
    version: Version = field(factory=lambda: Version("1.2"))
    versions: dict[str, list[Version]] = field(factory=dict)
    either: Version | int | None = None
    extent: Extent = field(factory=lambda: Extent(0.0, 1.0))


@pytest.mark.parametrize("suffix", ["json", "yaml", "toml"])
def test_a_registered_class_is_a_type_of_lines_and_files(read: Callable[..., Any], tmp_path: Path, suffix: str) -> None:
    line = ["--version", "2.0", "--versions", 'a=["1.0", "1.1"]', "--either", "3.4", "--extent", "1..2"]
    made = read(ForeignParams, line)
    assert made == ForeignParams(
        version=Version("2.0"),
        versions={"a": [Version("1.0"), Version("1.1")]},
        either=Version("3.4"),
        extent=Extent(1.0, 2.0),
    )
    save(made, tmp_path / f"f.{suffix}")
    assert load(ForeignParams, tmp_path / f"f.{suffix}") == made
    assert to_dict(made)["extent"] == {"low": 1.0, "high": 2.0}


def test_what_a_registered_class_refuses_is_a_mistake(mistakes: Callable[..., str]) -> None:
    assert mistakes(ForeignParams, "--version x") == (
        "--version: must be a version, got 'x'\n  invalid literal for int() with base 10: 'x'"
    )
    with pytest.raises(LoadError, match=r"\$\.versions\.a\[1\]: must be a version, got 'x'"):
        from_dict(ForeignParams, {"versions": {"a": ["1.0", "x"]}})
    with pytest.raises(LoadError, match=r"\$\.extent: "):
        from_dict(ForeignParams, {"extent": {"low": 1}})


def test_registering_takes_a_class_and_a_kind() -> None:
    with pytest.raises(DefinitionError, match="register_type expects a class, got 'Version'"):
        register_type("Version", VersionType())  # type: ignore[arg-type]  # that is the test
    with pytest.raises(DefinitionError, match="expects an instance of a ScalarType for Version"):
        register_type(Version, VersionType)  # type: ignore[arg-type]  # that is the test
