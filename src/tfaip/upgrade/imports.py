"""Imports: names of tfaip 1.2 come from where they are today, under the name of today."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import libcst as cst
import libcst.matchers as m

from tfaip.upgrade.names import used_names, with_names
from tfaip.upgrade.project import dotted
from tfaip.upgrade.rewriter import Rewriter, SourceFile, code, statements
from tfaip.upgrade.tables import NAMES, former_name, is_former_module, is_package_of_today

__all__ = ["Imports"]

_DATACLASSES = {"replace": "evolve", "asdict": "asdict", "fields": "fields", "is_dataclass": "has"}
_UNKNOWN = "tfaip 1.2 had this module, and today nothing has its name; look for it in the moving guide: "


class _Named(NamedTuple):
    module: str
    name: str
    local: str


class Imports(Rewriter):
    """Rewrites what is imported from tfaip, paiargparse and dataclasses, and adds what the new text needs.

    Args:
        file: The file.
        before: How often the file used each name before any rule ran; a name without a use left is not imported.
    """

    def __init__(self, file: SourceFile, before: Counter[str]) -> None:
        super().__init__(file)
        self._before = before

    def visit_Module(self, node: cst.Module) -> None:  # noqa: N802
        """Find definitions and uses."""
        self._used = used_names(node)
        self._defined = {each.name.value for each in m.findall(node, m.ClassDef() | m.FunctionDef())}  # type: ignore[attr-defined]
        self._renamed: dict[str, str] = {}
        self._on_top: list[_Named] = []
        self._depth = 0
        self._is_plain = any(each == "dataclass" for each in self._used)

    def leave_Module(self, original_node: cst.Module, updated_node: cst.Module) -> cst.Module:  # noqa: N802
        """Put the imports of tfaip into one block."""
        wanted = list(dict.fromkeys([*self._on_top, *(_Named(*each) for each in self.file.imports)]))
        taken = {each.local for each in _imported(updated_node)}
        added = [each for each in wanted if each.local not in taken]
        updated_node, added = _merged(updated_node, added)
        lines = list(_import_lines(added))
        body: list[cst.BaseStatement | cst.SimpleStatementLine] = []
        waiting: list[cst.EmptyLine] = []
        if lines and not any(map(_is_marker, updated_node.body)):
            place = _after_future(updated_node.body)
            updated_node = updated_node.with_changes(
                body=[*updated_node.body[:place], *lines, *updated_node.body[place:]]
            )
        markers = [line for line in updated_node.body if _is_marker(line)]
        others = [each for line in markers[1:] for each in line.leading_lines if each.comment]
        for line in updated_node.body:
            if not _is_marker(line):
                body.append(line.with_changes(leading_lines=[*waiting, *line.leading_lines]) if waiting else line)
                waiting = []
            elif line is markers[0]:
                above = [*line.leading_lines, *others]
                body += [lines[0].with_changes(leading_lines=above), *lines[1:]] if lines else []
                waiting = [] if lines else above
        updated_node = updated_node.with_changes(footer=[*waiting, *updated_node.footer])
        return with_names(updated_node.with_changes(body=body), self._renamed)

    def visit_IndentedBlock(self, node: cst.IndentedBlock) -> None:  # noqa: N802
        """Count the depth."""
        self._depth += 1

    def leave_IndentedBlock(  # noqa: N802
        self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock
    ) -> cst.IndentedBlock:
        """Count the depth."""
        self._depth -= 1
        return updated_node

    def leave_SimpleStatementLine(  # noqa: N802
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.BaseStatement | cst.FlattenSentinel[cst.BaseStatement] | cst.RemovalSentinel:
        """Rewrite one line of imports."""
        if len(updated_node.body) != 1:
            return updated_node
        line = updated_node.body[0]
        if isinstance(line, cst.Import):
            return self._modules(updated_node, line)
        if not isinstance(line, cst.ImportFrom) or line.relative or not self._concerns(dotted(line.module)):
            return self._still_used(updated_node, line)
        found = list(self._replaced(line))
        if not isinstance(line.names, cst.ImportStar) and found == list(_named(line)):
            return updated_node
        if self._depth or dotted(line.module) == "dataclasses":
            made = list(_import_lines(found))
            if not made:
                return cst.RemoveFromParent()
            made[0] = made[0].with_changes(leading_lines=updated_node.leading_lines)
            return cst.FlattenSentinel(made)
        self._on_top += found
        # A name keeps the place, and the comments above it.
        return cst.SimpleStatementLine([cst.Expr(cst.Name(_MARKER))], leading_lines=updated_node.leading_lines)

    def _concerns(self, module: str) -> bool:
        if module == "dataclasses":
            return True
        return module.partition(".")[0] in ("tfaip", "paiargparse")

    def _replaced(self, line: cst.ImportFrom) -> Iterator[_Named]:
        module = dotted(line.module)
        if isinstance(line.names, cst.ImportStar):
            among = {module, "tfaip"} if module == "tfaip.imports" else {module}
            entries = [entry for entry in NAMES.values() if entry.module in among]
            names = [(entry.name, "") for entry in entries if entry.name in self._used]
        else:
            names = [(dotted(each.name), dotted(each.asname.name) if each.asname else "") for each in line.names]
        for name, alias in names:
            local = alias or name
            if not self._used[local] and (self._before[local] or module in ("paiargparse", "dataclasses")):
                continue
            if module == "dataclasses":
                yield from self._of_dataclasses(name, local)
            else:
                yield from self._of_tfaip(module, name, alias)

    def _of_dataclasses(self, name: str, local: str) -> Iterator[_Named]:
        if local in {each[2] for each in self.file.imports}:
            return  # `field` of tfaip.params
        if name in _DATACLASSES and not self._is_plain and ("tfaip.params", "params", "params") in self.file.imports:
            yield _Named("attrs", _DATACLASSES[name], local)
        else:
            yield _Named("dataclasses", name, local)

    def _of_tfaip(self, module: str, name: str, alias: str) -> Iterator[_Named]:
        entry = former_name(module, name)
        if entry is None:
            if not self._used[alias or name] and module.count(".") > 1 and is_former_module(module):
                return  # the module is gone, and nothing here asks for the name
            if is_former_module(f"{module}.{name}") or any(each.module == module for each in NAMES.values()):
                self.note(_UNKNOWN + name)
            yield _Named(module, name, alias or name)
            return
        if not entry.successor:
            if self._used[alias or name]:
                self.note(entry.sentence)
            return
        if entry.advice and self._used[alias or name] and (entry.new_module, entry.new_name) != (module, name):
            self.note(entry.sentence)
        local = alias or name
        is_taken = entry.new_name in self._defined and entry.new_name != name
        if not alias and entry.new_name != name and name[:1].isupper() and not is_taken:
            self._renamed[name] = local = entry.new_name
        if entry.new_module != "builtins":
            yield _Named(entry.new_module, entry.new_name, local)

    def _modules(
        self, line: cst.SimpleStatementLine, imported: cst.Import
    ) -> cst.SimpleStatementLine | cst.RemovalSentinel:
        for alias in imported.names:
            module = dotted(alias.name)
            local = dotted(alias.asname.name) if alias.asname else module.partition(".")[0]
            is_former = module in ("paiargparse", "tfaip") or is_former_module(module)
            if is_former and not self._used[local]:
                self._before[local] += 1  # it may have been imported for its effects, which are gone
            elif is_former and module != "tfaip" and not is_package_of_today(module):
                self.note(_UNKNOWN + module)
        return self._still_used(line, imported)

    def _still_used(
        self, line: cst.SimpleStatementLine, imported: cst.BaseSmallStatement
    ) -> cst.SimpleStatementLine | cst.RemovalSentinel:
        """Remove an import that only a rewritten part used, such as that of TensorFlow for its specs."""
        if not isinstance(imported, cst.Import | cst.ImportFrom) or isinstance(imported.names, cst.ImportStar):
            return line
        locals_ = [
            dotted(each.asname.name) if each.asname else dotted(each.name).partition(".")[0] for each in imported.names
        ]
        is_left = any(self._used[each] or not self._before[each] for each in locals_)
        return line if is_left else cst.RemoveFromParent()


_MARKER = "__imports_of_tfaip__"


def _is_marker(line: cst.CSTNode) -> bool:
    return m.matches(line, m.SimpleStatementLine([m.Expr(m.Name(_MARKER))]))


def _imported(node: cst.Module) -> Iterator[_Named]:
    for line in node.body:
        for small in line.body if isinstance(line, cst.SimpleStatementLine) else ():
            if isinstance(small, cst.ImportFrom):
                yield from _named(small)


def _named(line: cst.ImportFrom) -> Iterator[_Named]:
    for each in () if isinstance(line.names, cst.ImportStar) else line.names:
        local = dotted(each.asname.name) if each.asname else dotted(each.name)
        yield _Named(dotted(line.module), dotted(each.name), local)


def _merged(node: cst.Module, added: list[_Named]) -> tuple[cst.Module, list[_Named]]:
    """Add names to imports from the same module, such as `typing`; return those that have none."""
    body = list(node.body)
    for place, line in enumerate(body):
        small = line.body[0] if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1 else None
        if not isinstance(small, cst.ImportFrom) or isinstance(small.names, cst.ImportStar) or small.relative:
            continue
        here = [each for each in added if each.module == dotted(small.module) and each.name == each.local]
        if here:
            names = [
                *(each.with_changes(comma=cst.MaybeSentinel.DEFAULT) for each in small.names),
                *(cst.ImportAlias(cst.Name(each.name)) for each in here),
            ]
            ordered = sorted(names, key=lambda each: code(each.name))
            body[place] = line.with_changes(body=[small.with_changes(names=ordered)])
            added = [each for each in added if each not in here]
    return node.with_changes(body=body), added


def _import_lines(names: Iterable[_Named]) -> Iterator[cst.BaseStatement]:
    by_module: dict[str, dict[str, None]] = {}
    for each in names:
        text = each.name if each.name == each.local else f"{each.name} as {each.local}"
        by_module.setdefault(each.module, {})[text] = None
    for module in sorted(by_module, key=lambda one: (one.startswith("tfaip"), one)):
        listed = sorted(by_module[module])
        line = f"from {module} import {', '.join(listed)}\n"
        if len(line) > 100:
            line = f"from {module} import (\n" + "".join(f"    {each},\n" for each in listed) + ")\n"
        yield from statements(line)


def _after_future(body: Sequence[cst.CSTNode]) -> int:
    place = 0
    for number, line in enumerate(body):
        is_docstring = number == 0 and m.matches(line, m.SimpleStatementLine([m.Expr(m.SimpleString())]))
        if is_docstring or "__future__" in code(line).partition("\n")[0]:
            place = number + 1
    return place
