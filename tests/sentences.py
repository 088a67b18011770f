"""The sentences that users read: help, messages, docstrings and comments of the code, and the documents.

In: the files of the repository.
Out: `Sentence`s with their places.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

__all__ = ["ROOT", "Sentence", "of_code", "of_documents"]

ROOT = Path(__file__).parent.parent

# A text with fewer words is a key, a title or a name.
FEWEST_WORDS = 3

# A placeholder or a piece of code counts as one word.
ONE_WORD = "X"


class Sentence(NamedTuple):
    """A sentence and its place."""

    place: str
    kind: str
    text: str

    @property
    def words(self) -> int:
        """Number of words; a piece of code in backticks counts as one."""
        return len(re.sub(r"`[^`]*`", ONE_WORD, self.text).split())


def of_code() -> Iterator[Sentence]:
    """Yield the sentences of all packages and examples: `help`, `message`, `docstring` and `comment`."""
    for folder in ("packages", "src", "examples"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            inside = file.relative_to(ROOT)
            if "tests" not in inside.parts and ".venv" not in inside.parts:
                yield from _of_file(inside, file.read_text(encoding="utf-8"))


def of_documents() -> Iterator[Sentence]:
    """Yield the sentences of all Markdown files but changelogs, without their code."""
    for file in sorted(ROOT.rglob("*.md")):
        inside = file.relative_to(ROOT)
        hidden = any(part.startswith((".", "_")) or part in ("tests", "site") for part in inside.parts)
        # Pages that are made of the program, whose texts are checked at their source.
        generated = inside.parts[:2] == ("docs", "reference") and len(inside.parts) > 3
        if not hidden and not generated and "CHANGELOG" not in file.name:
            for text in _prose(file.read_text(encoding="utf-8")):
                yield Sentence(str(inside), "document", text)


def _of_file(file: Path, source: str) -> Iterator[Sentence]:
    seen: set[ast.AST] = set()
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                seen.add(first.value)
                for paragraph in _paragraphs(str(first.value.value)):
                    yield from _split(f"{file}:{first.lineno}", "docstring", paragraph)
        if isinstance(node, ast.Call):
            for keyword in node.keywords:
                if keyword.arg == "help":
                    seen.update(ast.walk(keyword.value))
                    yield from _split(f"{file}:{keyword.value.lineno}", "help", _text(keyword.value) or "")
    for node in ast.walk(tree):
        text = None if node in seen else _text(node)
        if text:
            seen.update(ast.walk(node))
            if _is_message(text):
                for paragraph in _paragraphs(text):
                    yield from _split(f"{file}:{node.lineno}", "message", paragraph)  # type: ignore[attr-defined]
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield from _split(f"{file}:{token.start[0]}", "comment", token.string.lstrip("#"))


def _text(node: ast.AST) -> str | None:
    """The text of a literal, with one word in place of each value; `None` of anything else."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else ONE_WORD for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _text(node.left), _text(node.right)
        return None if left is None and right is None else (left or ONE_WORD) + (right or ONE_WORD)
    return None


def _is_message(text: str) -> bool:
    is_code = re.search(r"\bimport\b|\bdef |^(SELECT|UPDATE|INSERT|DELETE|CREATE)\b|\{\{", text)
    return len(text.split()) > FEWEST_WORDS and not is_code


def _paragraphs(text: str) -> Iterator[str]:
    """Paragraphs and items of a list; those with code, formulas or tables are left out."""
    for paragraph in re.split(r"\n\s*\n|\n\s*(?=[\w*]+: )|\n\s*- ", text):
        is_code = re.search(r">>>|::$|^ {4,}\S.*\n {4,}\S|\S {2,}\S| = ", paragraph, re.MULTILINE)
        if not is_code:
            yield paragraph


def _split(place: str, kind: str, text: str) -> Iterator[Sentence]:
    flat = " ".join(text.split())
    for part in re.split(r"(?<=[.!?])\s+(?=[A-Za-z`\"'(*\d])|(?<=:)\s+(?=[A-Z])", flat):
        if len(part.split()) >= FEWEST_WORDS:
            yield Sentence(place, kind, part)


def _prose(text: str) -> Iterator[str]:
    without_code = re.sub(r"(?ms)^\s*(```|~~~|:::).*?^\s*\1", "\n\n", text)
    without_code = re.sub(r"(?s)<!--.*?-->|(?m:^\([^\n]*\)=$)|(?m:^#+ [^\n]*$)", "", without_code)
    for paragraph in re.split(r"\n\s*\n", without_code):
        for piece in re.split(r"\n\s*(?:[-*]|\d+\.)\s|\||^\s*[-*]\s", paragraph):
            shown = re.sub(r"!?\[([^]]*)\]\([^)]*\)", r"\1", piece)
            for sentence in _split("", "", shown):
                yield sentence.text
