"""Puts the sheet of results into a workbook's file; all other parts stay as they are, byte by byte."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree import ElementTree as ET

from tfaip.experimenter.sheet.cells import RESULTS_TITLE
from tfaip.experimenter.workbook.package_parts import (
    CONTENT_TYPES,
    RELATIONSHIPS,
    PackageParts,
    insert_into,
    relationships_name,
)

__all__ = ["GraftError", "graft", "next_table_id"]

PACKAGE_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
# Names that no spreadsheet program gives.
OWN_PARTS = "tfaip-results"


class GraftError(ValueError):
    """The file isn't built as a workbook is, so nothing can be added to it."""


def graft(content: bytes, drawn: Callable[[int], bytes]) -> bytes:
    """Return a workbook's file with the sheet of results in it, in place of the former one if there is one.

    The parts that list the sheets change (workbook.xml, its relationships, the content types), and only when the sheet
    is new; the parts of a former sheet of results are replaced. Every other part is the same, byte by byte.

    Args:
        content: The file.
        drawn: Makes a workbook whose one sheet is that of results, for the number of a table that is free.

    Raises:
        GraftError: The file isn't a workbook as Excel and LibreOffice write it.
    """
    try:
        parts = PackageParts(content)
        book = parts.workbook()
        former = parts.sheet(RESULTS_TITLE)
        if former is not None:
            _remove_what_only_it_uses(parts, former)
        number = next_table_id(parts)
        source = PackageParts(drawn(number))
        (sheet,) = [r.target for r in source.relationships(source.workbook()) if r.type.endswith("/worksheet")]
        names = _new_names(parts, source, sheet, former)
        for old, new in names.items():
            parts.write(new, _renamed(source, old, names, number))
        _list_content_types(parts, source, names)
        if former is None:
            _list_sheet(parts, book, names[sheet])
        return parts.content()
    except (KeyError, ValueError, ET.ParseError) as error:
        raise GraftError(f"the workbook is built in an unknown way: {error}") from error


def next_table_id(parts: PackageParts) -> int:
    """Return a number that no table of a workbook has: they must differ."""
    used = [0]
    for name in parts.names():
        if re.fullmatch(r"xl/tables/[^/]+\.xml", name):
            root = ET.fromstring(parts.read(name))
            used.append(int(root.get("id", "0")))
            # Names must differ too, and ours end with their number.
            used += [int(match[1]) for match in [re.fullmatch(r"tfaip_results_(\d+)", root.get("name", ""))] if match]
    return max(used) + 1


def _remove_what_only_it_uses(parts: PackageParts, sheet: str) -> None:
    used_by_others = parts.reachable([""], without=sheet)
    present = set(parts.names())
    for name in sorted(parts.reachable([sheet]) - used_by_others - {sheet}):
        if name in present:
            parts.remove(name)
            _unlist_content_type(parts, name)


def _new_names(parts: PackageParts, source: PackageParts, sheet: str, former: str | None) -> dict[str, str]:
    """The parts of the new sheet: where they are in the source, and where they go."""
    present = set(parts.names())
    names = {}
    for old in sorted(source.reachable([sheet]) & set(source.names())):
        if old.endswith(".rels"):
            continue
        folder, _, file = old.rpartition("/")
        number = 1
        while (new := f"{folder}/{OWN_PARTS}-{number}-{file}") in present:
            number += 1
        names[old] = former if old == sheet and former is not None else new
    return names | {
        relationships_name(old): relationships_name(new)
        for old, new in names.items()
        if relationships_name(old) in source.names()
    }


def _renamed(source: PackageParts, name: str, names: dict[str, str], table: int) -> bytes:
    """A part as it goes into the other file: relationships lead to the new names, a table has its new number."""
    if not name.endswith(".rels"):
        # openpyxl counts the tables of its own file, from 1, not by their number here.
        numbered = rb"\g<1>%d" % table
        content = source.read(name)
        return re.sub(rb'(<table\b[^>]*?\sid=")\d+', numbered, content, count=1) if "/tables/" in name else content
    owner = next(old for old in names if relationships_name(old) == name)
    root = ET.Element("Relationships", xmlns=PACKAGE_RELATIONSHIPS)
    for relationship in source.relationships(owner):
        attributes = {"Id": relationship.id, "Type": relationship.type, "Target": relationship.target}
        if relationship.external:
            attributes["TargetMode"] = "External"
        else:
            attributes["Target"] = f"/{names[relationship.target]}"
        ET.SubElement(root, "Relationship", attributes)
    return ET.tostring(root, encoding="UTF-8", xml_declaration=True)


def _list_content_types(parts: PackageParts, source: PackageParts, names: dict[str, str]) -> None:
    types = {element.get("PartName"): element for element in ET.fromstring(source.read(CONTENT_TYPES))}
    listed = {element.get("PartName") for element in ET.fromstring(parts.read(CONTENT_TYPES))}
    content = parts.read(CONTENT_TYPES)
    for old, new in names.items():
        if not old.endswith(".rels") and f"/{new}" not in listed:
            kind = types[f"/{old}"].get("ContentType", "")
            content = insert_into(content, "Types", "Override", {"PartName": f"/{new}", "ContentType": kind})
    if content != parts.read(CONTENT_TYPES):
        parts.write(CONTENT_TYPES, content)


def _unlist_content_type(parts: PackageParts, name: str) -> None:
    content = parts.read(CONTENT_TYPES)
    tag = rb"""<(?:[\w.-]+:)?Override\s[^<>]*?PartName\s*=\s*["']/""" + re.escape(name.encode()) + rb"""["'][^<>]*?"""
    changed = re.sub(tag + rb"""(?:/>|>\s*</(?:[\w.-]+:)?Override\s*>)""", b"", content)
    if changed != content:
        parts.write(CONTENT_TYPES, changed)


def _list_sheet(parts: PackageParts, book: str, sheet: str) -> None:
    relations = relationships_name(book)
    taken = {r.id for r in parts.relationships(book)}
    number = 1
    while (identity := f"rIdTfaip{number}") in taken:
        number += 1
    relation = {"Id": identity, "Type": f"{RELATIONSHIPS}/worksheet", "Target": f"/{sheet}"}
    parts.write(relations, insert_into(parts.read(relations), "Relationships", "Relationship", relation))
    content = parts.read(book)
    free = max(parts.sheet_numbers(), default=0) + 1
    attributes = {"name": RESULTS_TITLE, "sheetId": str(free), "{prefix}:id": identity}
    parts.write(book, insert_into(content, "sheets", "sheet", attributes, uri=RELATIONSHIPS))
