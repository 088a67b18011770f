"""`_metric` of tfaip 1.2 returned tensors; today it returns definitions."""

from __future__ import annotations

from functools import partial

import libcst as cst
import libcst.matchers as m

from tfaip.upgrade.rewriter import Rewriter, code, expression, statements

__all__ = ["with_metric"]

_OF_TENSORS = [["inputs", "targets", "outputs"], ["inputs_targets", "outputs"]]
_ADVICE = (
    "`_metric(self)` returns a `MetricDefinition` by name; `MetricDefinition.mean` takes a function of "
    "(inputs, targets, outputs)"
)
_DEFINITION = "MetricDefinition(target, output, metric)"


def with_metric(rule: Rewriter, node: cst.ClassDef) -> cst.ClassDef:
    """Return a model whose metrics are definitions.

    Args:
        rule: The rule that rewrites the class; it takes imports and comments.
        node: The class.
    """
    body = list(node.body.body)
    for place, method in enumerate(body):
        if not isinstance(method, cst.FunctionDef):
            continue
        names = [each.name.value for each in method.params.params][1:]
        if method.name.value == "_target_output_metric":
            body[place] = rule.noted(method, lambda one: _of_triples(rule, one))
            break
        if method.name.value == "_metric" and names:
            made = rule.noted(method, partial(_of_tensors, rule, names=names))
            body[place : place + 1] = list(made) if isinstance(made, cst.FlattenSentinel) else [made]
            break
    return node.with_changes(body=node.body.with_changes(body=body))


def _of_triples(rule: Rewriter, method: cst.FunctionDef) -> cst.FunctionDef:
    """Return `_metric` of `_target_output_metric`, which returned (target, output, metric)."""
    rule.file.need("tfaip.model", "MetricDefinition")
    return method.with_changes(name=cst.Name("_metric"), returns=None).visit(_TriplesReturned())  # type: ignore[return-value]


class _TriplesReturned(cst.CSTTransformer):
    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:  # noqa: N802
        return node.name.value == "_metric"

    def leave_Return(self, original_node: cst.Return, updated_node: cst.Return) -> cst.Return:  # noqa: N802
        value = updated_node.value
        if value is None:
            return updated_node
        if isinstance(value, cst.Dict):
            elements = [
                each.with_changes(value=expression(f"MetricDefinition(*{code(each.value)})"))
                if isinstance(each, cst.DictElement)
                else each
                for each in value.elements
            ]
            return updated_node.with_changes(value=value.with_changes(elements=elements))
        text = f"{{metric.name: {_DEFINITION} for target, output, metric in {code(value)}}}"
        return updated_node.with_changes(value=expression(text))


def _of_tensors(
    rule: Rewriter, method: cst.FunctionDef, *, names: list[str]
) -> cst.FunctionDef | cst.FlattenSentinel[cst.FunctionDef]:
    """Return `_metric` of one that computed a tensor for each name: its mean over an epoch."""
    whole = _only_dict(method) if len(names) == 3 else None
    if whole is not None:
        rule.file.need("tfaip.model", "MetricDefinition")
        signature = ", ".join(names)
        elements = [each.with_changes(value=expression(_mean(signature, code(each.value)))) for each in whole.elements]
        returned = cst.SimpleStatementLine([cst.Return(whole.with_changes(elements=elements))])
        lines = [*method.body.body[:-1], returned]
        return method.with_changes(params=_only_self(method), returns=None, body=method.body.with_changes(body=lines))
    keys = _keys(method)
    if not keys or (len(names) != 3 and names not in _OF_TENSORS):
        rule.note(_ADVICE)
        return method
    rule.file.need("tfaip.model", "MetricDefinition")
    values = method.with_changes(name=cst.Name("metric_values"))
    given = "inputs, targets, outputs" if len(names) == 3 else "{**inputs, **targets}, outputs"
    text = (
        "\ndef _metric(self):\n"
        "    def mean(name):\n"
        "        return MetricDefinition.mean(\n"
        f"            lambda inputs, targets, outputs: self.metric_values({given})[name]\n"
        "        )\n\n"
        f"    return {{name: mean(name) for name in ({', '.join(keys)},)}}\n"
    )
    made = [each for each in statements(text) if isinstance(each, cst.FunctionDef)]
    return cst.FlattenSentinel([values, *made])


def _mean(signature: str, value: str) -> str:
    text = f"MetricDefinition.mean(lambda {signature}: {value})"
    if len(text) < 80:
        return text
    return f"MetricDefinition.mean(\n    lambda {signature}: {value}\n)"


def _only_self(method: cst.FunctionDef) -> cst.Parameters:
    first = method.params.params[0]
    return cst.Parameters([first.with_changes(comma=cst.MaybeSentinel.DEFAULT)])


def _only_dict(method: cst.FunctionDef) -> cst.Dict | None:
    """The dict that a method returns which does nothing else."""
    lines = [
        line for line in method.body.body if not m.matches(line, m.SimpleStatementLine([m.Expr(m.SimpleString())]))
    ]
    if len(lines) != 1 or not m.matches(lines[0], m.SimpleStatementLine([m.Return(m.Dict())])):
        return None
    (whole,) = m.findall(lines[0], m.Return())[0].children[-1:]
    assert isinstance(whole, cst.Dict)
    return whole if all(m.matches(each, m.DictElement(key=m.SimpleString())) for each in whole.elements) else None


def _keys(method: cst.FunctionDef) -> list[str]:
    """The names of the metrics, as Python writes them: keys of dicts that are returned, or set one by one."""
    returned = [each.value for each in m.findall(method, m.Return()) if isinstance(each, cst.Return)]
    variables = {each.value for each in returned if isinstance(each, cst.Name)}
    dicts = [each for each in returned if isinstance(each, cst.Dict)]
    keys: list[str] = []
    for each in m.findall(method, m.Assign(targets=[m.AssignTarget()])):
        assert isinstance(each, cst.Assign)
        target = each.targets[0].target
        if isinstance(target, cst.Name) and target.value in variables and isinstance(each.value, cst.Dict):
            dicts.append(each.value)
        if m.matches(target, m.Subscript(value=m.Name(), slice=[m.SubscriptElement(m.Index(m.SimpleString()))])):
            assert isinstance(target, cst.Subscript)
            if code(target.value) in variables:
                keys.append(code(target.slice[0]).strip())
    found = [
        code(element.key)
        for whole in dicts
        for element in whole.elements
        if isinstance(element, cst.DictElement) and isinstance(element.key, cst.SimpleString)
    ]
    return list(dict.fromkeys([*found, *keys]))
