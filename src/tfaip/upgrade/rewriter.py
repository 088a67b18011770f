"""The base of all rewriting rules: comments above statements, removed statements, imports that are needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import libcst as cst
import libcst.matchers as m

from tfaip.upgrade.project import Project

__all__ = ["MARK", "Rewriter", "SourceFile", "code", "expression", "statements"]

MARK = "# tfaip-upgrade: "
_REMOVED = "__removed__"

N = TypeVar("N", bound=cst.CSTNode)


@dataclass
class SourceFile:
    """A file that is being rewritten.

    Attributes:
        name: The module, dotted.
        project: All classes.
        imports: Names that the new text needs, as (module, name, local name).
        notes: The comments that were written.
    """

    name: str
    project: Project
    imports: dict[tuple[str, str, str], None] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def need(self, module: str, name: str, local: str | None = None) -> str:
        """Import a name and return what it is called in the file."""
        self.imports[module, name, local or name] = None
        return local or name


class Rewriter(cst.CSTTransformer):
    """A rule. It calls `note` where a person has to decide; the sentence becomes a comment above the statement.

    Args:
        file: The file.
    """

    def __init__(self, file: SourceFile) -> None:
        super().__init__()
        self.file = file
        self._notes: list[list[str]] = [[]]
        self._classes: list[str] = []

    @property
    def class_name(self) -> str:
        """Name of the class that is being rewritten; empty outside of classes."""
        return self._classes[-1] if self._classes else ""

    def note(self, sentence: str) -> None:
        """Write a comment above the statement that is being rewritten."""
        if sentence not in self._notes[-1]:
            self._notes[-1].append(sentence)

    def noted(self, line: N, rewrite: Callable[[N], Any]) -> Any:
        """Rewrite a statement within the one that is being left; the notes of `rewrite` stand above it.

        Args:
            line: The statement.
            rewrite: Returns what takes its place: a statement, or none to remove it.
        """
        self._notes.append([])
        result = rewrite(line)
        notes = self._notes.pop()
        return self._commented(line, result, notes) if notes else result

    def on_visit(self, node: cst.CSTNode) -> bool:
        """Open a statement."""
        if isinstance(node, cst.SimpleStatementLine | cst.BaseCompoundStatement):
            self._notes.append([])
        if isinstance(node, cst.ClassDef):
            self._classes.append(node.name.value)
        return super().on_visit(node)

    def on_leave(
        self, original_node: cst.CSTNodeT, updated_node: cst.CSTNodeT
    ) -> cst.CSTNodeT | cst.RemovalSentinel | cst.FlattenSentinel[cst.CSTNodeT]:
        """Close a statement, and write its comments."""
        result = super().on_leave(original_node, updated_node)
        if isinstance(original_node, cst.ClassDef):
            self._classes.pop()
        if isinstance(original_node, cst.SimpleStatementLine | cst.BaseCompoundStatement) and (
            notes := self._notes.pop()
        ):
            result = self._commented(original_node, result, notes)
        if isinstance(result, cst.Module | cst.IndentedBlock):
            result = _joined(result)  # type: ignore[assignment]  # the same node with another body
        return result

    def _commented(self, original: cst.CSTNode, result: Any, notes: Sequence[str]) -> Any:
        if isinstance(result, cst.FlattenSentinel):
            first, *others = result
            return cst.FlattenSentinel([self._with_comments(first, notes), *others])
        if result is cst.RemoveFromParent():
            # A comment needs a line: one that `_joined` takes out of the block.
            result = cst.SimpleStatementLine([cst.Expr(cst.Name(_REMOVED))], leading_lines=_leading_lines(original))
        return self._with_comments(result, notes)

    def _with_comments(self, node: Any, notes: Sequence[str]) -> Any:
        lines = list(_leading_lines(node))
        known = {line.comment.value for line in lines if line.comment}
        added = [f"{MARK}{note}" for note in notes if f"{MARK}{note}" not in known]
        self.file.notes += added
        return node.with_changes(
            leading_lines=[*lines, *(cst.EmptyLine(comment=cst.Comment(_one_line(each))) for each in added)]
        )


def code(node: cst.CSTNode) -> str:
    """Return the text of a part."""
    return cst.Module([]).code_for_node(node)


def expression(text: str) -> cst.BaseExpression:
    """Return the expression that a text is."""
    return cst.parse_expression(text)


def statements(text: str) -> list[cst.BaseStatement]:
    """Return the statements that a text is."""
    module = cst.parse_module(text)
    first, *others = module.body
    # The parser takes empty lines before the first statement as the header of a module.
    return [
        first.with_changes(
            leading_lines=[*(each.with_changes(indent=False) for each in module.header), *first.leading_lines]
        ),
        *others,
    ]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _leading_lines(node: cst.CSTNode) -> Sequence[cst.EmptyLine]:
    lines: Sequence[cst.EmptyLine] = getattr(node, "leading_lines", ())
    return lines


def _joined(block: cst.Module | cst.IndentedBlock) -> cst.Module | cst.IndentedBlock:
    """Hand the comments of removed statements to the next one."""
    if not any(_is_empty(line) for line in block.body):
        return block
    body: list[cst.BaseStatement] = []
    waiting: list[cst.EmptyLine] = []
    for line in block.body:
        if _is_empty(line):
            waiting += _leading_lines(line)
        elif waiting:
            body.append(line.with_changes(leading_lines=[*waiting, *_leading_lines(line)]))
            waiting = []
        else:
            body.append(line)
    if isinstance(block, cst.Module):
        return block.with_changes(body=body, footer=[*waiting, *block.footer])
    if not _does_something(body):
        passing = cst.SimpleStatementLine([cst.Pass()], leading_lines=waiting)
        return block.with_changes(body=[*body, passing])
    return block.with_changes(body=body, footer=[*waiting, *block.footer])


def _is_empty(line: cst.CSTNode) -> bool:
    return m.matches(line, m.SimpleStatementLine([m.Expr(m.Name(_REMOVED))]))


def _does_something(body: Iterable[cst.BaseStatement]) -> bool:
    return any(True for _ in body)
