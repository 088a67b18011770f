"""`module.Name` of tfaip 1.2 becomes `Name`, imported from that module; the other rules look at names alone."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst
import libcst.matchers as m

from tfaip.upgrade.names import used_names, with_names
from tfaip.upgrade.project import dotted
from tfaip.upgrade.rewriter import Rewriter, statements
from tfaip.upgrade.tables import former_name, is_former_module, is_package_of_today

__all__ = ["ModuleAttributes", "without_aliases"]


class ModuleAttributes(Rewriter):
    """Rewrites names that are reached by a module of the older tool."""

    def visit_Module(self, node: cst.Module) -> bool:  # noqa: N802
        """Find the modules that are imported."""
        self._modules = dict(_imported_modules(node))
        self._found: dict[str, tuple[str, str]] = {}
        return bool(self._modules)

    def visit_Import(self, node: cst.Import) -> bool:  # noqa: N802
        """Leave imports to the rule of imports."""
        return False

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:  # noqa: N802
        """Leave imports to the rule of imports."""
        return False

    def leave_Attribute(self, original_node: cst.Attribute, updated_node: cst.Attribute) -> cst.BaseExpression:  # noqa: N802
        """Shorten one name."""
        before, _, name = dotted(original_node).rpartition(".")
        for local, module in self._modules.items():
            if before != local and not before.startswith(f"{local}."):
                continue
            whole = module + before.removeprefix(local)
            if former_name(whole, name) and not is_package_of_today(whole):
                self._found[name] = (whole, name)
                return cst.Name(name)
        return updated_node

    def leave_Module(self, original_node: cst.Module, updated_node: cst.Module) -> cst.Module:  # noqa: N802
        """Import the names."""
        if not self._found:
            return updated_node
        lines = statements("".join(f"from {module} import {name}\n" for module, name in self._found.values()))
        body = list(updated_node.body)
        place = next(
            number
            for number, line in enumerate(body)
            if any(map(_is_of_tfaip, m.findall(line, m.Import() | m.ImportFrom())))
        )
        return updated_node.with_changes(body=[*body[:place], *lines, *body[place:]])


def without_aliases(module: cst.Module) -> cst.Module:
    """Call what is imported from the older tools by its own name, wherever the file uses it for nothing else."""
    used = used_names(module)
    renamed = {}
    for each in m.findall(module, m.ImportFrom()):
        line = cst.ensure_type(each, cst.ImportFrom)
        for alias in () if isinstance(line.names, cst.ImportStar) or not _is_of_tfaip(line) else line.names:
            name, source = dotted(alias.name), dotted(line.module)
            is_known = source in ("paiargparse", "dataclasses") or former_name(source, name) is not None
            if alias.asname and is_known and not used[name]:
                renamed[dotted(alias.asname.name)] = name
    if not renamed:
        return module
    return with_names(module, renamed).visit(_WithoutAliases(renamed))


class _WithoutAliases(cst.CSTTransformer):
    def __init__(self, renamed: dict[str, str]) -> None:
        super().__init__()
        self._renamed = renamed

    def leave_ImportAlias(self, original_node: cst.ImportAlias, updated_node: cst.ImportAlias) -> cst.ImportAlias:  # noqa: N802
        alias = dotted(original_node.asname.name) if original_node.asname else ""
        is_renamed = self._renamed.get(alias) == dotted(original_node.name)
        return updated_node.with_changes(asname=None) if is_renamed else updated_node


def _is_of_tfaip(each: cst.CSTNode) -> bool:
    if isinstance(each, cst.ImportFrom):
        names = [dotted(each.module)]
    else:
        names = [dotted(alias.name) for alias in cst.ensure_type(each, cst.Import).names]
    return any(name.partition(".")[0] in ("tfaip", "paiargparse", "dataclasses") for name in names)


def _imported_modules(node: cst.Module) -> Iterator[tuple[str, str]]:
    """Modules of tfaip 1.2 by the name that they have in the file."""
    for each in m.findall(node, m.Import()):
        assert isinstance(each, cst.Import)
        for alias in each.names:
            module = dotted(alias.name)
            if module in ("tfaip", "paiargparse", "dataclasses") or is_former_module(module):
                local = dotted(alias.asname.name) if alias.asname else module.partition(".")[0]
                yield local, module if alias.asname else local
    for each in m.findall(node, m.ImportFrom()):
        assert isinstance(each, cst.ImportFrom)
        if isinstance(each.names, cst.ImportStar):
            continue
        for alias in each.names:
            module = f"{dotted(each.module)}.{dotted(alias.name)}"
            if is_former_module(module) and not former_name(dotted(each.module), dotted(alias.name)):
                yield dotted(alias.asname.name) if alias.asname else dotted(alias.name), module
