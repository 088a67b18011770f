"""The names that a file uses: which they are, and others in their place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

import libcst as cst

__all__ = ["used_names", "with_names"]


def with_names(module: cst.Module, renamed: Mapping[str, str]) -> cst.Module:
    """Return a file with other names outside of its imports, also in annotations that are texts.

    Args:
        module: The file.
        renamed: The new names by the former ones.
    """
    return module.visit(_OtherNames(renamed)) if renamed else module


class _OtherNames(cst.CSTTransformer):
    """Gives names another form, also in annotations that are texts."""

    def __init__(self, renamed: Mapping[str, str]) -> None:
        super().__init__()
        self._renamed = renamed
        self._annotations = 0

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.Name:  # noqa: N802
        return updated_node.with_changes(value=self._renamed.get(original_node.value, original_node.value))

    def leave_Attribute(self, original_node: cst.Attribute, updated_node: cst.Attribute) -> cst.Attribute:  # noqa: N802
        return updated_node.with_changes(attr=original_node.attr)

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg:  # noqa: N802
        return updated_node.with_changes(keyword=original_node.keyword)

    def leave_ImportFrom(self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom) -> cst.ImportFrom:  # noqa: N802
        return original_node

    def visit_Annotation(self, node: cst.Annotation) -> None:  # noqa: N802
        self._annotations += 1

    def leave_Annotation(self, original_node: cst.Annotation, updated_node: cst.Annotation) -> cst.Annotation:  # noqa: N802
        self._annotations -= 1
        return updated_node

    def leave_SimpleString(self, original_node: cst.SimpleString, updated_node: cst.SimpleString) -> cst.SimpleString:  # noqa: N802
        if not self._annotations or not self._renamed:
            return updated_node
        names = "|".join(map(re.escape, self._renamed))
        text = re.sub(rf"\b({names})\b", lambda found: self._renamed[found[1]], updated_node.value)
        return updated_node.with_changes(value=text)


def used_names(node: cst.Module) -> Counter[str]:
    """Return how often each name is used outside of imports, also in annotations that are texts."""
    visitor = _Uses()
    node.visit(visitor)
    return visitor.found


class _Uses(cst.CSTVisitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: Counter[str] = Counter()

    def visit_Import(self, node: cst.Import) -> bool:  # noqa: N802
        return False

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:  # noqa: N802
        return False

    def visit_Attribute(self, node: cst.Attribute) -> bool:  # noqa: N802
        node.value.visit(self)
        return False

    def visit_Arg(self, node: cst.Arg) -> bool:  # noqa: N802
        node.value.visit(self)
        return False

    def visit_Name(self, node: cst.Name) -> None:  # noqa: N802
        self.found[node.value] += 1

    def visit_SimpleString(self, node: cst.SimpleString) -> None:  # noqa: N802
        if re.fullmatch(r"['\"][\w.\[\], ]+['\"]", node.value):
            self.found.update(re.findall(r"\w+", node.value))
