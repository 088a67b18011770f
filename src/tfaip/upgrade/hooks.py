"""Hooks: methods of the base classes that have another name or signature, or that nothing calls any more."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import libcst as cst
import libcst.matchers as m

from tfaip.pipeline.hooks import FORMER_HOOKS
from tfaip.upgrade.former_metrics import with_metric
from tfaip.upgrade.project import called, dotted
from tfaip.upgrade.rewriter import Rewriter, code, expression, statements
from tfaip.upgrade.tables import SIGNATURES, is_former_module, is_package_of_today

__all__ = ["DEFAULTS_OF_PARTS", "Hooks"]

DEFAULTS_OF_PARTS = {
    "DataBase": ("default_data_params", "data"),
    "Evaluator": ("default_evaluator_params", "evaluator"),
}
"""Bases whose class method `default_params` the scenario calls: its name now, and the field of the scenario."""

# tfaip does this without being asked: a method of the user may stay, under another name.
_NEEDLESS_PARAMS = {"PredictorBase", "LAVBase"}
_NEEDLESS = {
    "DataBase": {"print_params", "create_input_layers", "create_target_as_input_layers", "create_meta_as_input_layers"},
    "ModelBase": {"all_custom_objects", "base_custom_objects"},
    "ScenarioBase": {"print_params", "net_config_cls", "_fill_net_config", "_print_all_layer"},
    "PredictorBase": {"params_cls"},
    "LAVBase": {"params_cls"},
}

# Statements that give the names of former parameters their values, by the hook and one of these parameters.
_BEGINNINGS: Mapping[tuple[str, str], str] = {
    ("_loss", "inputs_targets"): "inputs_targets = {**inputs, **targets}",
    ("_export_graphs", "inputs_targets"): "inputs_targets = {**inputs, **targets}",
    ("_sample_weights", "inputs_targets"): "inputs_targets = {**inputs, **targets}",
    ("_print_evaluate", "inputs"): "inputs, outputs, targets = sample.inputs, sample.outputs, sample.targets",
    ("apply", "inputs"): "inputs, targets = sample.inputs, sample.targets",
    ("apply", "meta"): "inputs, targets, meta = sample.inputs, sample.targets, sample.meta",
    ("create_voter", "data_params"): "data_params = self.data.params",
    ("on_sample_end", "data_generator_params"): "",
}

_WITH_CALLBACKS = """
def __init__(self, *args, **kwargs):
    super().__init__(*args, **kwargs)
    self.callbacks += self.custom_callbacks()
"""
_EXPORTED = '`_export_graphs` returns the outputs that each label exports, by name: `{"default": outputs}`'
_KERAS_MODEL = m.Call(func=m.Name("Model") | m.Attribute(attr=m.Name("Model")))
_RESTORE = "`Trainer(params, scenario)` has no argument `restore`: `Trainer.resume` goes on with a run"
_BASE_CONSTRUCTOR = m.Call(func=m.Attribute(value=m.Call(func=m.Name("super")), attr=m.Name("__init__")))
_ONE_TO_N = "set `one_to_n = True` where each sample is processed on its own, so that it runs in parallel"


class Hooks(Rewriter):
    """Hooks get their names and signatures of today; `tfaip.pipeline.hooks` says which are gone."""

    def visit_Module(self, node: cst.Module) -> None:  # noqa: N802
        """Look whether the file was written for tfaip 1.2."""
        modules = [dotted(cst.ensure_type(each, cst.ImportFrom).module) for each in m.findall(node, m.ImportFrom())]
        self._is_former = any(
            each in ("tfaip", "paiargparse") or (is_former_module(each) and not is_package_of_today(each))
            for each in modules
        )

    def leave_ClassDef(self, original_node: cst.ClassDef, updated_node: cst.ClassDef) -> cst.ClassDef:  # noqa: N802
        """Rewrite the hooks of one class."""
        kinds = self.file.project.kinds(original_node.name.value)
        if not kinds:
            return updated_node
        self._methods = {each.name.value for each in updated_node.body.body if isinstance(each, cst.FunctionDef)}
        node = self._with_type_argument(updated_node)
        node = node.with_changes(body=node.body.with_changes(body=self._body(node, kinds)))
        if "ModelBase" in kinds:
            node = with_metric(self, node)
            node = self._with_graph(node) if self._is_former else node
        if "GeneratingDataProcessor" in kinds and "generate" in self._methods and "one_to_n" not in code(node):
            self.note(_ONE_TO_N)
        if "self._params" in code(node) and not m.findall(node, m.AssignTarget(_FORMER_PARAMS)):
            node = cst.ensure_type(
                node.visit(_Replaced(_FORMER_PARAMS, lambda each: each.with_changes(attr=cst.Name("params")))),
                cst.ClassDef,
            )
        if "Trainer" in kinds and not m.findall(node, m.AssignTarget(_DATA)):
            moved = _Replaced(_DATA, lambda each: expression("self.scenario.data"))
            node = cst.ensure_type(node.visit(moved), cst.ClassDef)
        return node

    def _with_type_argument(self, node: cst.ClassDef) -> cst.ClassDef:
        """Let the base name the parameters that `params_cls` returned."""
        facts = self.file.project.classes[node.name.value]
        if "params_cls" not in self._methods or len(node.bases) != 1 or isinstance(node.bases[0].value, cst.Subscript):
            return node
        if not facts.arguments or {"Trainer", "PredictorBase", "LAVBase"} & set(self.file.project.kinds(facts.name)):
            return node
        base = expression(f"{code(node.bases[0].value)}[{facts.arguments[0]}]")
        return node.with_changes(bases=[node.bases[0].with_changes(value=base)])

    def _body(self, node: cst.ClassDef, kinds: Sequence[str]) -> list[cst.CSTNode]:
        body: list[cst.CSTNode] = []
        for line in node.body.body:
            if isinstance(line, cst.FunctionDef):
                line = self.noted(line, lambda method: self._method(method, node, kinds))
            for each in line if isinstance(line, cst.FlattenSentinel) else [line]:
                if not isinstance(each, cst.RemovalSentinel):
                    is_first = not body and each is not node.body.body[0]
                    body.append(_without_blank_lines(each) if is_first else each)
        return body

    def _method(self, method: cst.FunctionDef, owner: cst.ClassDef, kinds: Sequence[str]) -> Any:
        name = method.name.value
        if name == "__enter__" and "Evaluator" in kinds and not m.findall(method, m.Return()):
            lines = [*method.body.body, *statements("return self\n")]
            return method.with_changes(body=method.body.with_changes(body=lines))
        if name == "__init__" and "Trainer" in kinds and "restore" in _names(method):
            return self._without_restore(method)
        for kind in kinds:
            if name in FORMER_HOOKS.get(kind, {}) and not self._calls(owner, name):
                return self._former(method, kind, owner)
        for kind in kinds:
            if (kind, name) in SIGNATURES:
                return self._signed(method, kind)
        return method

    # Hooks that are gone.

    def _former(self, method: cst.FunctionDef, kind: str, owner: cst.ClassDef) -> Any:
        name, advice = method.name.value, FORMER_HOOKS[kind][method.name.value]
        if kind in DEFAULTS_OF_PARTS and name == "default_params":
            return self._defaults(method, kind, owner)
        if name == "params_cls" and kind not in _NEEDLESS_PARAMS and _returned_name(method):
            return cst.RemoveFromParent()  # the type argument says it
        if name in ("data_cls", "model_cls") and _returned_name(method):
            return cst.RemoveFromParent()  # `Creators` gives the parameters their `cls`
        if name == "_custom_callbacks" and len(_names(method)) == 1 and "__init__" not in self._methods:
            return self._callbacks(method)
        if name == "_target_output_metric":
            return method  # `with_metric` rewrites it
        if _only_calls_base(method):
            return cst.RemoveFromParent()
        successor = re.match(r"`(?:\w+\.)?(\w+)(\(.*\))?`", advice)
        if (
            successor
            and successor[1] not in self._methods
            and (renamed := self._renamed(method, kind, *successor.groups()))
        ):
            return renamed
        self.note(f"`{kind}.{name}` is a hook of tfaip 1.2 that nothing calls any more: {advice}")
        if name in _NEEDLESS.get(kind, ()):
            return method.with_changes(name=cst.Name(f"former_{name.lstrip('_')}"))
        return method

    def _without_restore(self, method: cst.FunctionDef) -> cst.FunctionDef:
        """Return the constructor of a trainer without the argument that resumed a run."""

        def without(call: cst.Call) -> cst.Call:
            args = [each for each in call.args if code(each.value) != "restore"]
            return call.with_changes(
                args=[*args[:-1], *(each.with_changes(comma=cst.MaybeSentinel.DEFAULT) for each in args[-1:])]
            )

        params = [each for each in method.params.params if each.name.value != "restore"]
        params[-1] = params[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
        made = cst.ensure_type(method.visit(_Replaced(_BASE_CONSTRUCTOR, without)), cst.FunctionDef)
        made = made.with_changes(params=method.params.with_changes(params=params))
        if m.findall(made.body, m.Name("restore")):
            self.note(_RESTORE)
            return method
        return made

    def _callbacks(self, method: cst.FunctionDef) -> cst.FlattenSentinel[cst.BaseStatement]:
        """Let the constructor of a LAV add the callbacks that a hook returned."""
        base = m.Call(func=m.Attribute(value=m.Call(func=m.Name("super")), attr=m.Name("_custom_callbacks")))
        own = method.with_changes(name=cst.Name("custom_callbacks")).visit(_Replaced(base, lambda _: expression("[]")))
        first = statements(_WITH_CALLBACKS)[0].with_changes(leading_lines=method.leading_lines)
        spaced = cst.ensure_type(own, cst.FunctionDef).with_changes(leading_lines=[cst.EmptyLine(indent=False)])
        return cst.FlattenSentinel([first, spaced])

    def _renamed(self, method: cst.FunctionDef, kind: str, name: str, signature: str | None) -> cst.FunctionDef | None:
        """Return the hook under its name of today; `None` where it takes other arguments."""
        renamed = method.with_changes(name=cst.Name(name))
        wanted = SIGNATURES.get((kind, name), f"def {name}{signature}" if signature else "")
        if not wanted:
            return None
        # It gets the arguments of the base class's method under its name of today.
        names = ", ".join(_names_of(wanted)[1:])
        calls = m.Call(func=m.Attribute(value=m.Call(func=m.Name("super")), attr=m.Name(method.name.value)))
        new = _Replaced(calls, lambda each: expression(f"super().{name}({names})"))
        renamed = cst.ensure_type(renamed.visit(new), cst.FunctionDef)
        if not _takes_any(method) and not _fits_by_position(method, _names_of(wanted)):
            return None if _uses_arguments(renamed) else _with_signature(renamed, wanted, "")
        return renamed

    def _defaults(self, method: cst.FunctionDef, kind: str, owner: cst.ClassDef) -> cst.FunctionDef:
        name, _ = DEFAULTS_OF_PARTS[kind]
        inherits = any(
            "default_params" in self.file.project.classes[each].methods
            for each in self.file.project.lineage(owner.name.value)
            if each in self.file.project.classes and each != owner.name.value
        )
        arguments = self.file.project.type_arguments(owner.name.value)
        made = f"super().{name}()" if inherits or not arguments else f"{arguments[0]}()"
        calls = m.Call(func=m.Attribute(value=m.Call(func=m.Name("super")), attr=m.Name("default_params")))
        return method.with_changes(name=cst.Name(name)).visit(_Replaced(calls, lambda each: expression(made)))  # type: ignore[return-value]

    def _calls(self, owner: cst.ClassDef, name: str) -> bool:
        """Whether the class calls the method itself, which makes it a method of the user."""
        calls = m.findall(owner, m.Attribute(value=m.Name("self") | m.Name("cls"), attr=m.Name(name)))
        return bool(calls)

    # Hooks with another signature.

    def _signed(self, method: cst.FunctionDef, kind: str) -> cst.FunctionDef:
        name = method.name.value
        signature = SIGNATURES[kind, name]
        names, wanted = _names(method), _names_of(signature)
        if name == "_metric":
            return method  # `with_metric` rewrites it
        beginning = next(
            (text for (hook, one), text in reversed(list(_BEGINNINGS.items())) if hook == name and one in names), None
        )
        if beginning is not None and names != wanted:
            method = _with_signature(method, signature, beginning)
            if name == "apply":
                method = method.visit(_TupleReturned())  # type: ignore[assignment]
        elif not _takes_any(method) and not _fits_by_position(method, wanted):
            if not _uses_arguments(method):
                return _with_signature(method, signature, "")
            self.note(f"`{kind}.{name}` must be written as `{signature}`")
        if name == "_print_evaluate":
            method = self._printing(method)
        if name == "_export_graphs":
            method = cst.ensure_type(method.visit(_Replaced(_KERAS_MODEL, self._exported)), cst.FunctionDef)
        return method

    def _exported(self, model: cst.Call) -> cst.BaseExpression:
        """Return the outputs of a Keras model that was exported; the inputs are those of the graph."""
        named = {each.keyword.value if each.keyword else place: each.value for place, each in enumerate(model.args)}
        inputs, outputs = named.get("inputs", named.get(0)), named.get("outputs", named.get(1))
        if outputs is None or dotted(inputs) != "inputs":
            self.note(_EXPORTED)
            return model
        return outputs

    def _printing(self, method: cst.FunctionDef) -> cst.FunctionDef:
        text = code(method.body)
        sample = (_names(method) or ["", "sample"])[1]
        if f"{sample}.targets" not in text or re.search(
            rf"if (not )?{sample}\.targets|{sample}\.targets is|targets is (not )?None|if (not )?targets", text
        ):
            return method
        guard = f"if {sample}.targets is None:  # a prediction\n    return\n"
        return _with_beginning(method, guard)

    # Models without `create_graph`.

    def _with_graph(self, node: cst.ClassDef) -> cst.ClassDef:
        project = self.file.project
        above = [project.classes[each] for each in project.lineage(node.name.value) if each in project.classes]
        if any("create_graph" in facts.methods for facts in above):
            return node
        arguments = project.type_arguments(node.name.value)
        params = [project.classes[each] for each in arguments if each in project.classes]
        graphs = project.subclasses("GraphBase")
        if any("graph_cls" in facts.methods for facts in params):
            making, imported = "return params.graph_cls()(params)", ""
        elif any("graph" in facts.fields for facts in params):
            making, imported = "return params.graph.create()", ""
        elif len(graphs) == 1:
            making = f"return {graphs[0].name}(params)"
            imported = (
                "" if graphs[0].module == self.file.name else f"    from {graphs[0].module} import {graphs[0].name}\n\n"
            )
        else:
            self.note(
                "`ModelBase.create_graph` must be written as `def create_graph(self, params)`, and return the graph"
            )
            return node
        made = statements(f"\ndef create_graph(self, params):\n{imported}    {making}\n")
        return node.with_changes(body=node.body.with_changes(body=[*node.body.body, *made]))


_TEXT = m.SimpleStatementLine([m.Expr(m.SimpleString() | m.ConcatenatedString())])
_DATA = m.Attribute(value=m.Name("self"), attr=m.Name("data"))
_FORMER_PARAMS = m.Attribute(value=m.Name("self"), attr=m.Name("_params"))


class _Replaced(m.MatcherDecoratableTransformer):
    """Replaces what matches."""

    def __init__(self, pattern: Any, replace: Any) -> None:
        super().__init__()
        self._pattern = pattern
        self._replace = replace

    def on_leave(self, original_node: Any, updated_node: Any) -> Any:
        if m.matches(original_node, self._pattern):
            return self._replace(updated_node)
        return super().on_leave(original_node, updated_node)


class _TupleReturned(cst.CSTTransformer):
    """A returned tuple of inputs, targets and meta becomes a sample."""

    def leave_Return(self, original_node: cst.Return, updated_node: cst.Return) -> cst.Return:  # noqa: N802
        value = updated_node.value
        if not isinstance(value, cst.Tuple) or not 2 <= len(value.elements) <= 3:
            return updated_node
        parts = zip(("new_inputs", "new_targets", "new_meta"), value.elements, strict=False)
        text = "sample" + "".join(f".{hook}({code(element.value)})" for hook, element in parts)
        return updated_node.with_changes(value=expression(text))


def _only_calls_base(method: cst.FunctionDef) -> bool:
    """Whether a method does nothing but what that of the base class did."""
    same = m.Call(func=m.Attribute(value=m.Call(func=m.Name("super")), attr=m.Name(method.name.value)))
    lines = [line for line in method.body.body if not m.matches(line, _TEXT)]
    return len(lines) == 1 and m.matches(lines[0], m.SimpleStatementLine([m.Return(same) | m.Expr(same)]))


def _without_blank_lines(line: Any) -> Any:
    """Return the first line of a class, above which others were removed."""
    kept = [each for each in getattr(line, "leading_lines", ()) if each.comment]
    return line.with_changes(leading_lines=kept) if hasattr(line, "leading_lines") else line


def _names(method: cst.FunctionDef) -> list[str]:
    return [each.name.value for each in (*method.params.posonly_params, *method.params.params)]


def _names_of(signature: str) -> list[str]:
    inside = signature.partition("(")[2].rpartition(")")[0]
    return [each.partition("=")[0].strip() for each in inside.split(",")]


def _takes_any(method: cst.FunctionDef) -> bool:
    return isinstance(method.params.star_arg, cst.Param)


def _uses_arguments(method: cst.FunctionDef) -> bool:
    params = method.params
    stars = [each for each in (params.star_arg, params.star_kwarg) if isinstance(each, cst.Param)]
    names = {each.name.value for each in [*params.params[1:], *params.kwonly_params, *stars]}
    targets = m.findall(method.body, m.AssignTarget(m.Name()))
    assigned = {dotted(cst.ensure_type(each, cst.AssignTarget).target) for each in targets}
    used = {each.value for each in m.findall(method.body, m.Name()) if isinstance(each, cst.Name)}
    return bool((names - assigned) & used)


def _fits_by_position(method: cst.FunctionDef, wanted: Sequence[str]) -> bool:
    is_static = any(dotted(each.decorator) == "staticmethod" for each in method.decorators)
    params = [*method.params.posonly_params, *method.params.params]
    count = len(wanted) - is_static
    return len(params) >= count and all(each.default is not None for each in params[count:])


def _with_signature(method: cst.FunctionDef, signature: str, beginning: str) -> cst.FunctionDef:
    made = cst.parse_statement(f"{signature.removeprefix('@classmethod ')}: pass\n")
    assert isinstance(made, cst.FunctionDef)
    known = {each.name.value: each.annotation for each in method.params.params}
    params = [
        each.with_changes(annotation=known.get(each.name.value) or each.annotation) for each in made.params.params
    ]
    method = method.with_changes(params=made.params.with_changes(params=params))
    if "@classmethod" not in signature:
        if re.search(r"\bcls\b", code(method.body)) and not re.search(r"\bself\b", code(method.body)):
            method = _with_beginning(method, "cls = type(self)\n")
        method = method.with_changes(
            decorators=[
                each for each in method.decorators if called(each.decorator) not in ("classmethod", "staticmethod")
            ]
        )
    is_needed = any(re.search(rf"\b{name}\b", code(method.body)) for name in beginning.partition(" = ")[0].split(", "))
    return _with_beginning(method, f"{beginning}\n") if beginning and is_needed else method


def _with_beginning(method: cst.FunctionDef, text: str) -> cst.FunctionDef:
    body = list(method.body.body)
    has_docstring = bool(body) and m.matches(body[0], m.SimpleStatementLine([m.Expr(m.SimpleString())]))
    body[has_docstring:has_docstring] = statements(text)
    return method.with_changes(body=method.body.with_changes(body=body))


def _returned_name(method: cst.FunctionDef) -> str:
    """The name that a method returns which does nothing else but import it."""
    last = method.body.body[-1]
    returned = last.body[0] if isinstance(last, cst.SimpleStatementLine) else None
    return dotted(returned.value) if isinstance(returned, cst.Return) else ""
