"""Types of the standard library that one word stands for: paths, bytes, exact numbers, addresses, patterns."""

from __future__ import annotations

import re
from pathlib import Path, PurePath
from typing import Any

from tfaip.params.values.base import Reading, ScalarType
from tfaip.params.values.problem import ValueProblem

__all__ = ["BytesType", "PathType", "PatternType", "TextType", "text_type_of"]


class PathType(ScalarType):
    """The path of a file or folder."""

    __slots__ = ("cls",)
    label = "path"

    def __init__(self, cls: type[PurePath]) -> None:
        self.cls = cls

    def read(self, word: str) -> PurePath:
        """The path; neither resolved nor required to exist."""
        if not word:
            raise ValueProblem("must be a path, got ''")
        return Path(word) if self.cls is PurePath else self.cls(word)

    def check(self, value: Any) -> None:
        """Take paths of the class, and text, which Python code often has in their place."""
        if not isinstance(value, self.cls | str):
            raise self.refused(value)

    def load(self, data: Any, reading: Reading) -> Any:
        """From text."""
        if isinstance(data, str | self.cls):
            return self.read(data) if isinstance(data, str) else data
        raise self.refused(data)


class BytesType(ScalarType):
    r"""Bytes: text, in which `\x00` to `\xff` stand for the bytes that aren't printable ASCII."""

    __slots__ = ()
    label = "bytes"

    def read(self, word: str) -> bytes:
        """The text in UTF-8, with escapes as in Python."""
        try:
            return re.sub(rb"\\(x[0-9a-fA-F]{2}|\\)", _unescaped, word.encode("utf-8", "surrogateescape"))
        except UnicodeEncodeError:
            raise ValueProblem(f"must be bytes like abc or \\x00\\xff, got {word!r}") from None

    def write(self, value: Any) -> str:
        """Printable ASCII as it is, all else escaped."""
        return "".join(
            "\\\\" if byte == 0x5C else chr(byte) if 0x20 <= byte < 0x7F else f"\\x{byte:02x}" for byte in bytes(value)
        )

    def check(self, value: Any) -> None:
        """Take bytes."""
        if not isinstance(value, bytes):
            raise self.refused(value)


def _unescaped(found: re.Match[bytes]) -> bytes:
    return b"\\" if found[1] == b"\\" else bytes([int(found[1][1:], 16)])


class PatternType(ScalarType):
    """A regular expression, its flags inside: `(?i)a+`."""

    __slots__ = ()
    label = "pattern"

    def read(self, word: str) -> re.Pattern[str]:
        """The compiled pattern."""
        try:
            return re.compile(word)
        except (re.error, OverflowError, RecursionError) as error:
            raise ValueProblem(f"must be a regular expression, got {word!r}", (str(error),)) from None

    def write(self, value: Any) -> str:
        """The text of the pattern, flags that were given beside it in front."""
        inside = re.compile(value.pattern).flags if isinstance(value.pattern, str) else 0
        flags = "".join(letter for letter in "aimsx" if value.flags & ~inside & getattr(re, letter.upper()))
        return f"(?{flags}){value.pattern}" if flags else str(value.pattern)

    def check(self, value: Any) -> None:
        """Take patterns of text."""
        if not isinstance(value, re.Pattern) or not isinstance(value.pattern, str):
            raise self.refused(value)


class TextType(ScalarType):
    """A type whose constructor reads what `str` writes."""

    __slots__ = ("cls", "example", "label", "numbers")

    def __init__(self, cls: type[Any], example: str, numbers: tuple[type[Any], ...] = ()) -> None:
        self.cls = cls
        self.label = cls.__name__
        self.example = example
        self.numbers = numbers

    def read(self, word: str) -> Any:
        """The object that the constructor makes of the word."""
        try:
            # A fraction is exact: of a large exponent it would make a number of as many digits.
            if self.label == "Fraction" and _LARGE_EXPONENT.search(word):
                raise ValueError
            return self.cls(word.strip())
        except (ValueError, ArithmeticError, LookupError, OSError):  # zones are looked up in files
            raise ValueProblem(f"must be a {self.label} like {self.example}, got {word!r}") from None

    def write(self, value: Any) -> str:
        """As `str` does, without the brackets of complex numbers."""
        return str(value).strip("()") if self.cls is complex else str(value)

    def check(self, value: Any) -> None:
        """Take instances, and where they are numbers, numbers that they hold exactly."""
        if isinstance(value, bool) or not isinstance(value, (self.cls, *self.numbers)):
            raise self.refused(value)

    def load(self, data: Any, reading: Reading) -> Any:
        """From text; numbers from numbers too, as a person writes them."""
        if type(data) in (int, float) and self.numbers:
            return self.read(repr(data))
        return super().load(data, reading)


_LARGE_EXPONENT = re.compile(r"[eE][-+]?[\d_]{5,}")

_TEXT_TYPES: dict[str, tuple[str, tuple[type[Any], ...]]] = {
    "builtins.complex": ("1+2j", (int, float)),
    "decimal.Decimal": ("0.1", (int,)),
    "fractions.Fraction": ("1/3", (int,)),
    "uuid.UUID": ("12345678-1234-5678-1234-567812345678", ()),
    "ipaddress.IPv4Address": ("192.0.2.1", ()),
    "ipaddress.IPv6Address": ("2001:db8::1", ()),
    "ipaddress.IPv4Network": ("192.0.2.0/24", ()),
    "ipaddress.IPv6Network": ("2001:db8::/32", ()),
    "ipaddress.IPv4Interface": ("192.0.2.1/24", ()),
    "ipaddress.IPv6Interface": ("2001:db8::1/32", ()),
    "zoneinfo.ZoneInfo": ("Europe/Berlin", ()),
}
"""By name: only the modules of types that params declare are imported."""


def text_type_of(cls: type[Any]) -> ScalarType | None:
    """The kind of a class of the standard library that one word stands for, if it is one."""
    if found := _TEXT_TYPES.get(f"{cls.__module__}.{cls.__qualname__}"):
        return TextType(cls, *found)
    if cls is bytes:
        return BytesType()
    if cls is re.Pattern:
        return PatternType()
    if issubclass(cls, PurePath) and cls.__module__.partition(".")[0] == "pathlib":
        return PathType(cls)
    return None
