"""Reads docstrings for Sphinx: Markdown, whose sections (Args, Raises, ...) become lists instead of running text."""

from __future__ import annotations

import functools
import re

from docutils import nodes
from myst_parser.mdit_to_docutils import base
from myst_parser.parsers.sphinx_ import MystParser

FIELDS = {"Args": "param", "Returns": "returns", "Yields": "yields", "Raises": "Raises", "Attributes": "Attributes"}
SECTION = re.compile(rf"^({'|'.join(FIELDS)}):\n((?:(?: .*)?\n)+)", re.MULTILINE)
# Each docstring makes a document that nobody reads: the options of docutils for it took a tenth of the time of a build.
base.get_default_settings = functools.cache(base.get_default_settings)
ENTRY = re.compile(r"^    (\S[^:\n]*): ", re.MULTILINE)


class Parser(MystParser):
    """Markdown with the sections of docstrings."""

    def parse(self, inputstring: str, document: nodes.document) -> None:
        """Parse a docstring into a document."""
        super().parse(with_fields(inputstring), document)
        # Nodes lead to this document, and its settings to the whole environment: each page was stored with 4 MB of it.
        document.settings = document.settings.copy()
        document.settings.env = None


def with_fields(docstring: str) -> str:
    """Replace the sections of a docstring by the fields that Sphinx knows."""
    return SECTION.sub(_fields, docstring + "\n")


def _fields(section: re.Match[str]) -> str:
    name, body = FIELDS[section[1]], section[2].rstrip() + "\n"
    if name in ("returns", "yields"):
        return f":{name}: {body.strip()}\n\n"
    if name == "param":
        # Stars would begin bold text, and say nothing that the signature doesn't.
        return ENTRY.sub(lambda entry: f":param {entry[1].lstrip('*')}: ", body) + "\n"
    # Not the fields `raises` and `var`: Sphinx would look for errors by their bare names, some of which exist twice.
    return f":{name}:\n" + ENTRY.sub(lambda entry: f"    - **{entry[1]}**: ", body) + "\n"
