"""Damages files, always in the same way for the same number."""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import Callable
from typing import Any

__all__ = ["damaged_bytes", "damaged_json", "damaged_text", "damaged_zip"]

ODD_VALUES: list[Any] = [
    *(None, True, False, 0, -1, 3, 2**63, -(2**70), 1e308, float("inf"), float("nan"), 0.5),
    *("", "\0", "x" * 5000, "../../secret", "/etc/passwd", "/dev/zero", "\ud800", "a\nb", "\x1b[31m", "${HOME}"),
    *("os:system", "nothing:X", "tfaip.nothing:X", "a:b:c", ":", "builtins:eval", "tfaip.params:save"),
    *([], {}, [[]], [None] * 1000, {"__cls__": "os:system"}, {"a": {"b": {}}}),
]
ODD_TEXTS = [
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\r",
    b"[" * 5000,
    b"{" * 5000,
    b'"',
    b"'",
    b"1e999",
    b"&a ",
    b"*a ",
    b"<<: ",
]
ODD_TEXTS += [
    b"!!python/object:os.system ",
    b"!!bool abc",
    b"!!binary x",
    b": ",
    b"\t",
    b"---\n",
    b"#",
    b"= ",
    b"\xe2\x80\xa8",
]


def damaged_bytes(content: bytes, number: int) -> bytes:
    """Flip bits, cut, repeat or remove pieces."""
    chosen = random.Random(number)
    changed = bytearray(content)
    for _ in range(chosen.choice((1, 1, 2, 8))):
        place = chosen.randrange(len(changed) + 1)
        length = chosen.choice((1, 4, 64, 1024))
        match chosen.randrange(6):
            case 0 | 1 if place < len(changed):
                changed[place] ^= 1 << chosen.randrange(8)
            case 2:
                del changed[place:]
            case 3:
                del changed[place : place + length]
            case 4:
                changed[place:place] = changed[place : place + length]
            case _:
                changed[place : place + length] = chosen.randbytes(length)
    return bytes(changed)


def damaged_text(content: bytes, number: int) -> bytes:
    """Put odd words and lines of its own into a text, or damage its bytes."""
    chosen = random.Random(number)
    if chosen.random() < 0.3:
        return damaged_bytes(content, number)
    changed = bytearray(content)
    for _ in range(chosen.choice((1, 2, 5))):
        place = chosen.randrange(len(changed) + 1)
        lines = content.splitlines(keepends=True)
        changed[place:place] = chosen.choice(
            [*ODD_TEXTS, chosen.choice(lines), b"".join(chosen.sample(lines, min(3, len(lines))))]
        )
    return bytes(changed)


def damaged_json(content: bytes, number: int) -> bytes:
    """Replace, remove or rename values of a JSON document."""
    chosen = random.Random(number)
    document = json.loads(content)
    for _ in range(chosen.choice((1, 1, 3))):
        owners = list(_containers(document))
        if not owners:
            break
        owner = chosen.choice(owners)
        key = chosen.choice(list(owner) if isinstance(owner, dict) else range(len(owner)))
        match chosen.randrange(4):
            case 0:
                del owner[key]
            case 1 if isinstance(owner, dict):
                owner[chosen.choice(("odd", "", "__cls__", "a.b" * 1000))] = owner.pop(key)
            case _:
                owner[key] = chosen.choice(ODD_VALUES)
    return json.dumps(document).encode("utf-8", "surrogatepass")


def damaged_zip(content: bytes, number: int, damaged: Callable[[bytes, int], bytes] = damaged_text) -> bytes:
    """Damage one file of an archive, or the archive itself."""
    chosen = random.Random(number)
    if chosen.random() < 0.3:
        return damaged_bytes(content, number)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    name = chosen.choice(list(files))
    match chosen.randrange(5):
        case 0:
            del files[name]
        case 1:
            files[name] = b" " * (64 << 20)
        case _:
            files[name] = damaged(files[name], number)
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for inner, data in files.items():
            archive.writestr(inner, data)
    return written.getvalue()


def _containers(value: Any) -> Any:
    if isinstance(value, dict | list) and value:
        yield value
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _containers(inner)
