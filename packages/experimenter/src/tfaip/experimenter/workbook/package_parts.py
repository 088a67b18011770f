"""The parts of a workbook's file: a zip of XML parts that refer to each other through parts of relationships."""

from __future__ import annotations

import io
import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote
from xml.etree import ElementTree as ET
from xml.parsers import expat
from zipfile import ZipFile, ZipInfo

__all__ = ["CONTENT_TYPES", "RELATIONSHIPS", "PackageParts", "Relationship", "insert_into", "relationships_name"]

CONTENT_TYPES = "[Content_Types].xml"
# Pictures and the like may be large; they are copied, never unpacked as a whole with others.
MOST_BYTES_OF_PART = 1 << 30
# 500,000 cells, far more than any sheet of runs has, take some 30 MiB.
MOST_BYTES_OF_XML = 64 << 20
MOST_PARTS = 20_000
# Tags in a part beside the sheets: texts, styles, names. Each takes microseconds to read.
MOST_TAGS = 250_000
RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@dataclass(frozen=True)
class Relationship:
    """A reference from one part to another.

    Args:
        id: Its name in the part that refers.
        type: URI of its type.
        target: Name of the part, or a URI outside of the file.
        external: Whether it leads outside.
    """

    id: str
    type: str
    target: str
    external: bool


class PackageParts:
    """Reads a workbook's file, and writes it again with some parts changed.

    Args:
        content: The file.

    Raises:
        BadZipFile: It isn't one.
        ValueError: A part is larger, unpacked, than any that people make.
    """

    def __init__(self, content: bytes) -> None:
        self._source = ZipFile(io.BytesIO(content))
        if len(self._source.infolist()) > MOST_PARTS:
            raise ValueError(f"it has more than {MOST_PARTS:,} parts")
        for info in self._source.infolist():
            limit = MOST_BYTES_OF_XML if _is_xml(info.filename) else MOST_BYTES_OF_PART
            if info.file_size > limit:
                raise ValueError(f"its part {info.filename} is larger than {limit >> 20} MiB")
        self._changed: dict[str, bytes] = {}
        self._removed: set[str] = set()

    def names(self) -> list[str]:
        """Return the names of the parts, without a slash in front."""
        old = [info.filename for info in self._source.infolist() if info.filename not in self._removed]
        return old + [name for name in self._changed if name not in old]

    def read(self, name: str) -> bytes:
        """Return a part.

        Raises:
            KeyError: There is no such part.
        """
        if name in self._changed:
            return self._changed[name]
        if name in self._removed:
            raise KeyError(name)
        return self._source.read(name)

    def check_tags(self) -> None:
        """Refuse parts, those of sheets left out, that take too long to read.

        Raises:
            ValueError: A part has more tags than any that people make.
        """
        for info in self._source.infolist():
            name = info.filename
            if _is_xml(name) and "/worksheets/" not in name and self.read(name).count(b"<") > MOST_TAGS:
                raise ValueError(f"its part {name} has more than {MOST_TAGS:,} tags")

    def write(self, name: str, content: bytes) -> None:
        """Replace a part, or add it."""
        self._changed[name] = content
        self._removed.discard(name)

    def remove(self, name: str) -> None:
        """Remove a part."""
        self._changed.pop(name, None)
        self._removed.add(name)

    def relationships(self, name: str) -> list[Relationship]:
        """Return what a part refers to; `""` for the whole file."""
        try:
            root = ET.fromstring(self.read(relationships_name(name)))
        except KeyError:
            return []
        return [
            Relationship(
                id=element.get("Id", ""),
                type=element.get("Type", ""),
                target=_target(name, element),
                external=element.get("TargetMode") == "External",
            )
            for element in root
        ]

    def workbook(self) -> str:
        """Return the name of the part that lists the sheets."""
        (book,) = [r.target for r in self.relationships("") if r.type.endswith("/officeDocument")]
        return book

    def sheet_titles(self) -> list[str]:
        """Return the titles of all sheets."""
        return [element.get("name", "") for element in self._listed_sheets()]

    def sheet_numbers(self) -> list[int]:
        """Return the numbers that the sheets are listed with."""
        return [int(element.get("sheetId", "0")) for element in self._listed_sheets()]

    def sheet(self, title: str) -> str | None:
        """Return the part of the sheet with a title, upper and lower case alike; `None` if there is none."""
        by_id: dict[str | None, Relationship] = {r.id: r for r in self.relationships(self.workbook())}
        for element in self._listed_sheets():
            # Programs tell no sheets apart whose titles differ in upper and lower case alone.
            if element.get("name", "").casefold() == title.casefold():
                return by_id[element.get(f"{{{RELATIONSHIPS}}}id")].target
        return None

    def _listed_sheets(self) -> list[ET.Element]:
        elements = ET.fromstring(self.read(self.workbook())).iter()
        return [element for element in elements if element.tag.rpartition("}")[2] == "sheet"]

    def reachable(self, starts: Iterable[str], *, without: str | None = None) -> set[str]:
        """Return the parts that can be reached, with those of their relationships, by ways that avoid a part."""
        found: set[str] = set()
        waiting = [name for name in starts if name != without]
        while waiting:
            name = waiting.pop()
            if name in found:
                continue
            found |= {name, relationships_name(name)}
            waiting += [r.target for r in self.relationships(name) if not r.external and r.target != without]
        return found

    def content(self) -> bytes:
        """Return the file: parts that haven't changed keep their content, their place, and their time."""
        target = io.BytesIO()
        changed = dict(self._changed)
        with ZipFile(target, "w") as written:
            for info in self._source.infolist():
                if info.filename in self._removed:
                    continue
                content = changed.pop(info.filename, None)
                _write(written, info, self._source.read(info) if content is None else content)
            model = self._source.getinfo(CONTENT_TYPES)
            for name, content in changed.items():
                info = ZipInfo(name, model.date_time)
                info.compress_type, info.external_attr = model.compress_type, model.external_attr
                _write(written, info, content)
        return target.getvalue()


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels", ".vml"))


def relationships_name(name: str) -> str:
    """Return the name of the part that holds a part's relationships."""
    folder, _, file = name.rpartition("/")
    return f"{folder}/_rels/{file}.rels".lstrip("/")


def insert_into(xml: bytes, parent: str, element: str, attributes: Mapping[str, str], *, uri: str = "") -> bytes:
    """Add an empty element at the end of another; all that is there stays as it is, byte by byte.

    Args:
        xml: The part, in UTF-8.
        parent: Name of the element that it is added to, without prefix.
        element: Name of the new element; it takes the prefix of the parent.
        attributes: Its attributes; in a name, `{prefix}` is replaced by the prefix of `uri`.
        uri: A namespace that attributes need, declared in place where the part doesn't.

    Raises:
        ValueError: There is no such parent, or it isn't written in UTF-8.
    """
    place = _end_of(xml, parent)
    prefix = _prefix(xml, uri) if uri else ""
    declared = "" if prefix or not uri else f' xmlns:r="{uri}"'
    written = "".join(
        f' {name.replace("{prefix}", prefix or "r")}="{_escaped(value)}"' for name, value in attributes.items()
    )
    tag = f"<{place.prefix}{element}{declared}{written}/>".encode()
    if place.self_closing:
        opening = re.sub(rb"\s*/>$", b">", xml[place.start : place.end])
        closing = f"</{place.prefix}{parent}>".encode()
        return xml[: place.start] + opening + tag + closing + xml[place.end :]
    return xml[: place.end] + tag + xml[place.end :]


@dataclass(frozen=True)
class _Place:
    start: int
    end: int
    prefix: str
    self_closing: bool


def _end_of(xml: bytes, parent: str) -> _Place:
    """Where the first element of that name ends: the offset of its closing tag, or the extent of its only one."""
    parser = expat.ParserCreate()
    starts: list[int] = []
    found: list[_Place] = []

    def opened(name: str, _: object) -> None:
        if name.rpartition(":")[2] == parent:
            starts.append(parser.CurrentByteIndex)

    def closed(name: str) -> None:
        head, colon, local = name.rpartition(":")
        if local == parent and not found:
            start, end = starts.pop(), parser.CurrentByteIndex
            self_closing = not xml[end:].startswith(b"</")
            found.append(_Place(start, xml.index(b">", start) + 1 if self_closing else end, head + colon, self_closing))

    def declared(_: str, encoding: str | None, __: int) -> None:
        if encoding and encoding.lower() not in ("utf-8", "us-ascii", "ascii"):
            raise ValueError(f"it is written in {encoding}")

    parser.StartElementHandler, parser.EndElementHandler, parser.XmlDeclHandler = opened, closed, declared
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise ValueError(str(error)) from error
    if not found:
        raise ValueError(f"it has no element {parent}")
    return found[0]


def _prefix(xml: bytes, uri: str) -> str:
    match = re.search(rb"""xmlns:([\w.-]+)\s*=\s*["']""" + re.escape(uri.encode()) + rb"""["']""", xml)
    return match[1].decode() if match else ""


def _escaped(text: str) -> str:
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), ('"', "&quot;")):
        text = text.replace(character, entity)
    return text


def _target(name: str, element: ET.Element) -> str:
    target = element.get("Target", "")
    if element.get("TargetMode") == "External":
        return target
    path = unquote(target.partition("#")[0])
    if path.startswith("/"):
        return path.lstrip("/")
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), path))


def _write(target: ZipFile, model: ZipInfo, content: bytes) -> None:
    info = ZipInfo(model.filename, model.date_time)
    info.compress_type, info.external_attr, info.create_system = (
        model.compress_type,
        model.external_attr,
        model.create_system,
    )
    target.writestr(info, content)
