"""Classes of parameters: decorators, fields, `__post_init__`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst
import libcst.matchers as m

from tfaip.upgrade.project import called, dotted
from tfaip.upgrade.rewriter import Rewriter, code, expression, statements

__all__ = ["ParamsClasses"]

_RENAMED_META = {"fix_dc": "fixed_class", "encode": "encoder", "decode": "decoder"}
_GONE_META = {"separator", "disable_subclass_check"}
_KNOWN_META = {
    "help",
    "mode",
    "required",
    "nargs",
    "choices",
    "enforce_choices",
    "tuple_like",
    "encoder",
    "decoder",
    *_RENAMED_META,
}
_OF_DATACLASS = {"repr", "hash", "compare", "init", "kw_only"}
_BARE = {"list": "Any", "List": "Any", "set": "str", "Set": "str", "dict": "str, Any", "Dict": "str, Any"}
_CALLED_BY_CONSTRUCTOR = """
def __attrs_post_init__(self):
    # tfaip 1.2 called it in the constructor, too.
    self.post_init()
"""


class ParamsClasses(Rewriter):
    """`@pai_dataclass` becomes `@params`, `field` takes what `pai_meta` took, `__post_init__` becomes `post_init`."""

    def visit_Module(self, node: cst.Module) -> None:  # noqa: N802
        """Look whether plain dataclasses need `field` for themselves."""
        plain = [each for each in _all_classes(node) if _is_plain_dataclass(each) and not self._is_params(each)]
        self._field = "params_field" if any("field(" in code(each) for each in plain) else "field"

    def leave_ClassDef(self, original_node: cst.ClassDef, updated_node: cst.ClassDef) -> cst.ClassDef:  # noqa: N802
        """Rewrite one class."""
        if not self._is_params(original_node) or not any(_is_former_decorator(d) for d in original_node.decorators):
            return updated_node
        node = updated_node.with_changes(decorators=self._decorators(updated_node))
        if len(_keywords(node)) < len(node.keywords):
            last = node.bases[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
            node = node.with_changes(keywords=_keywords(node), bases=[*node.bases[:-1], last])
        body = [self.noted(line, self._field_line) for line in node.body.body]
        node = node.with_changes(body=node.body.with_changes(body=body))
        return self._post_init(node)

    def _is_params(self, node: cst.ClassDef) -> bool:
        decorators = {called(each.decorator) for each in node.decorators}
        return "pai_dataclass" in decorators or (
            "dataclass" in decorators and self.file.project.is_params(node.name.value)
        )

    # Decorators.

    def _decorators(self, node: cst.ClassDef) -> list[cst.Decorator]:
        arguments, kept = [], []
        for each in node.decorators:
            if not _is_former_decorator(each):
                kept.append(each)
            elif isinstance(each.decorator, cst.Call):
                arguments += list(each.decorator.args)
        words = []
        for argument in arguments:
            keyword = argument.keyword.value if argument.keyword else ""
            if keyword == "alt":
                words.append(f"name={code(argument.value)}")
            elif keyword == "frozen" and code(argument.value) == "True":
                words.append("frozen=True")
            elif keyword not in ("eq", "repr", "init", "kw_only", "unsafe_hash"):
                self.note(f"`@params` takes no {keyword or code(argument.value)}")
        self.file.need("tfaip.params", "params")
        first = next(each for each in node.decorators if _is_former_decorator(each))
        text = f"params({', '.join(words)})" if words else "params"
        made = first.with_changes(decorator=expression(text))
        return [made, *kept] if node.decorators[0] is first else [*kept, made]

    # Fields.

    def _field_line(self, line: cst.BaseStatement | cst.BaseSmallStatement) -> cst.CSTNode:
        if not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1:
            return line
        declared = line.body[0]
        if not isinstance(declared, cst.AnnAssign) or not isinstance(declared.target, cst.Name):
            return line
        annotation = declared.annotation.annotation
        if isinstance(annotation, cst.Name) and annotation.value in _BARE:
            self.file.need("typing", "Any")
            whole = expression(f"{annotation.value}[{_BARE[annotation.value]}]")
            declared = declared.with_changes(annotation=declared.annotation.with_changes(annotation=whole))
        value = declared.value
        if called(annotation) == "Resource" or (isinstance(value, cst.Call) and called(value) == "resource_field"):
            return line.with_changes(body=[self._resource(declared)])
        if isinstance(value, cst.Call) and dotted(value.func) in ("field", "dataclasses.field"):
            declared = declared.with_changes(value=self._field_call(value))
        elif value is not None and self._is_params_call(value):
            self.file.need("tfaip.params", "field", self._field)
            declared = declared.with_changes(value=expression(f"{self._field}({_factory(value)})"))
        return line.with_changes(body=[declared])

    def _field_call(self, call: cst.Call) -> cst.Call:
        self.file.need("tfaip.params", "field", self._field)
        args: list[cst.Arg] = []
        hidden = False
        for argument in call.args:
            keyword = argument.keyword.value if argument.keyword else ""
            if keyword == "default_factory":
                args.append(argument.with_changes(keyword=cst.Name("factory")))
            elif keyword == "default" and self._is_params_call(argument.value):
                args.append(_argument(*_factory(argument.value).split("=", 1)))
            elif keyword == "metadata":
                args += self._meta(argument)
            elif keyword == "init" and code(argument.value) == "False":
                hidden = True
            elif keyword not in _OF_DATACLASS:
                args.append(argument)
        given = {each.keyword.value for each in args if each.keyword}
        if hidden:
            args += [_argument("default", "None")] if not given & {"default", "factory"} else []
            args += [_argument("mode", '"hidden"')] if "mode" not in given else []
        if args and not _ends_with_line(call):
            args[-1] = args[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
        return call.with_changes(func=cst.Name(self._field), args=args)

    def _meta(self, argument: cst.Arg) -> list[cst.Arg]:
        calls: list[cst.Call] = []
        value = argument.value
        others: list[cst.BaseDictElement] = []
        if isinstance(value, cst.Dict):
            others = [each for each in value.elements if called(each.value) != "pai_meta"]
            value = value.with_changes(elements=[each for each in value.elements if each not in others])
        if isinstance(value, cst.Call):
            calls = [value]
        elif isinstance(value, cst.Dict) and all(isinstance(each, cst.StarredDictElement) for each in value.elements):
            calls = [each.value for each in value.elements if isinstance(each.value, cst.Call)]
        if not calls or any(called(each) != "pai_meta" for each in calls):
            self.note("`field` takes the arguments of `pai_meta` itself; `metadata` is passed on to attrs")
            return [argument]
        found = []
        for given in (each for call in calls for each in call.args):
            keyword = given.keyword.value if given.keyword else ""
            if keyword == "required" and code(given.value) == "False":
                continue
            if keyword in _KNOWN_META:
                given = given.with_changes(comma=cst.MaybeSentinel.DEFAULT)
                found.append(given.with_changes(keyword=cst.Name(_RENAMED_META.get(keyword, keyword))))
            elif keyword not in _GONE_META:
                self.note(f"`field` takes no {keyword or code(given)}")
        if others:
            found.append(_argument("metadata", f"{{{', '.join(code(each).rstrip(', ') for each in others)}}}"))
        if found:  # the end of the line stays as it is
            after = {"comma": argument.comma, "whitespace_after_arg": argument.whitespace_after_arg}
            found[-1] = found[-1].with_changes(**after)
        return found

    def _resource(self, declared: cst.AnnAssign) -> cst.AnnAssign:
        self.file.need("tfaip.pipeline", "resource")
        words = []
        if isinstance(declared.value, cst.Call):
            for call in [declared.value, *_calls_within(declared.value)]:
                if called(call) == "Resource" and call.args:
                    words.append(f"default={code(call.args[0].value)}")
                words += [
                    f"help={code(each.value)}" for each in call.args if each.keyword and each.keyword.value == "help"
                ]
        self.note("the value of a `resource()` is a path; `DataBaseParams.resource_path` completes it")
        annotation = declared.annotation.with_changes(annotation=cst.Name("str"))
        unique = ", ".join(dict.fromkeys(words))
        return declared.with_changes(
            annotation=annotation,
            value=expression(f"resource({unique})"),
            equal=cst.AssignEqual() if declared.value is None else declared.equal,
        )

    def _is_params_call(self, value: cst.BaseExpression) -> bool:
        return isinstance(value, cst.Call) and self.file.project.is_params(called(value))

    # post_init.

    def _post_init(self, node: cst.ClassDef) -> cst.ClassDef:
        methods = {each.name.value: each for each in node.body.body if isinstance(each, cst.FunctionDef)}
        body = list(node.body.body)
        declared = (
            self.file.project.constructor_order(node.name.value) or self.file.project.classes[node.name.value].fields
        )
        known = {*declared, *methods}
        derived = [each for each in dict.fromkeys(_assigned(node)) if each not in known]
        if derived:
            self.file.need("typing", "Any")
            field = self.file.need("tfaip.params", "field", self._field)
            lines = [
                f'{each}: Any = {field}(default=None, mode="hidden", encoder=lambda value: None)\n' for each in derived
            ]
            place = _after_fields(body)
            body[place:place] = [line for text in lines for line in statements(text)]
        if "__post_init__" in methods:
            place = body.index(methods["__post_init__"])
            body[place] = methods["__post_init__"].with_changes(name=cst.Name("post_init"))
            if not self._inherits_post_init(node.name.value):
                body[place + 1 : place + 1] = statements(_CALLED_BY_CONSTRUCTOR)
        return node.with_changes(body=node.body.with_changes(body=body))

    def _inherits_post_init(self, name: str) -> bool:
        above = [each for each in self.file.project.lineage(name) if each != name]
        owned = (self.file.project.classes[each].methods for each in above if each in self.file.project.classes)
        return any({"__post_init__", "post_init"} & methods for methods in owned)

    def leave_SimpleStatementLine(  # noqa: N802
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine | cst.RemovalSentinel:
        """Let `super().__post_init__()` call the method of a base class, if one has it."""
        if not m.matches(original_node, m.SimpleStatementLine([m.Expr(_SUPER_POST_INIT)])) or not self.class_name:
            return updated_node
        if not self._inherits_post_init(self.class_name):
            return cst.RemoveFromParent()
        return updated_node.with_deep_changes(updated_node.body[0].value.func, attr=cst.Name("post_init"))  # type: ignore[attr-defined]


_SUPER_POST_INIT = m.Call(func=m.Attribute(value=m.Call(func=m.Name("super")), attr=m.Name("__post_init__")))


def _is_former_decorator(each: cst.Decorator) -> bool:
    return called(each.decorator) in ("pai_dataclass", "dataclass")


def _is_plain_dataclass(node: cst.ClassDef) -> bool:
    return any(called(each.decorator) == "dataclass" for each in node.decorators)


def _keywords(node: cst.ClassDef) -> list[cst.Arg]:
    return [
        each
        for each in node.keywords
        if not (
            each.keyword
            and each.keyword.value == "metaclass"
            and called(each.value).endswith("Meta")
            and called(each.value) != "ABCMeta"
        )
    ]


def _all_classes(node: cst.CSTNode) -> Iterator[cst.ClassDef]:
    found: Sequence[cst.CSTNode] = m.findall(node, m.ClassDef())
    yield from (each for each in found if isinstance(each, cst.ClassDef))


def _calls_within(node: cst.CSTNode) -> list[cst.Call]:
    return [each for each in m.findall(node, m.Call()) if isinstance(each, cst.Call)]


def _factory(value: cst.BaseExpression) -> str:
    assert isinstance(value, cst.Call)
    return f"factory={code(value.func)}" if not value.args else f"factory=lambda: {code(value)}"


def _argument(keyword: str, value: str) -> cst.Arg:
    return cst.Arg(
        expression(value),
        keyword=cst.Name(keyword),
        equal=cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace("")),
    )


def _ends_with_line(call: cst.Call) -> bool:
    last = call.args[-1].comma if call.args else None
    return isinstance(last, cst.Comma) and "\n" in code(last)


def _assigned(node: cst.ClassDef) -> Iterator[str]:
    """Attributes that the methods set on `self`."""
    for each in m.findall(node, m.AssignTarget() | m.AnnAssign()):
        target = each.target  # type: ignore[attr-defined]  # what is found has one
        parts = [part.value for part in target.elements] if isinstance(target, cst.Tuple | cst.List) else [target]
        for part in parts:
            if isinstance(part, cst.Attribute) and dotted(part.value) == "self":
                yield part.attr.value


def _after_fields(body: Sequence[cst.CSTNode]) -> int:
    place = 0
    for number, line in enumerate(body):
        if isinstance(line, cst.SimpleStatementLine) and (
            isinstance(line.body[0], cst.AnnAssign) or (number == 0 and isinstance(line.body[0], cst.Expr))
        ):
            place = number + 1
    return place
