"""Keras 2 that Keras 3 reads in another way."""

from __future__ import annotations

import libcst as cst
import libcst.matchers as m

from tfaip.upgrade.project import called, dotted
from tfaip.upgrade.rewriter import Rewriter, code, expression

__all__ = ["KerasCalls"]

_PREPROCESSING = ".layers.experimental.preprocessing"
_REDUCTIONS = {
    "NONE": "none",
    "SUM": "sum",
    "AUTO": "sum_over_batch_size",
    "SUM_OVER_BATCH_SIZE": "sum_over_batch_size",
}
_PRIVATE = "Keras 3 has no `tensorflow.python.keras`: import from `keras`"
_PRIVATE_MODULE = "tensorflow.python.keras"
# Parts of it that `tensorflow.keras` has too.
_PUBLIC = {
    *("Input", "Model", "Sequential", "activations", "applications", "backend", "callbacks", "constraints", "datasets"),
    *("initializers", "layers", "losses", "metrics", "models", "optimizers", "regularizers", "utils"),
}


class KerasCalls(Rewriter):
    """Rewrites names and arguments of Keras 2."""

    def leave_ClassDef(self, original_node: cst.ClassDef, updated_node: cst.ClassDef) -> cst.ClassDef:  # noqa: N802
        """Let metrics forget by `reset_state`."""
        names = {each.name.value for each in updated_node.body.body if isinstance(each, cst.FunctionDef)}
        is_metric = any(dotted(base.value).endswith(("Metric", ".Mean", ".Sum")) for base in original_node.bases)
        if not is_metric or "reset_states" not in names or "reset_state" in names:
            return updated_node
        body = [
            each.with_changes(name=cst.Name("reset_state"))
            if isinstance(each, cst.FunctionDef) and each.name.value == "reset_states"
            else each
            for each in updated_node.body.body
        ]
        return updated_node.with_changes(body=updated_node.body.with_changes(body=body))

    def leave_ImportFrom(self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom) -> cst.ImportFrom:  # noqa: N802
        """Rewrite modules that are gone."""
        module = dotted(original_node.module)
        if module == _PRIVATE_MODULE or module.startswith(f"{_PRIVATE_MODULE}."):
            part = module.removeprefix(_PRIVATE_MODULE).lstrip(".")
            names = (
                [] if isinstance(original_node.names, cst.ImportStar) else [dotted(n.name) for n in original_node.names]
            )
            if part in _PUBLIC or (not part and names and set(names) <= _PUBLIC):
                return updated_node.with_changes(module=expression(f"tensorflow.keras.{part}".rstrip(".")))
            self.note(_PRIVATE)
        if not module.endswith(_PREPROCESSING):
            return updated_node
        return updated_node.with_changes(module=expression(module.removesuffix(_PREPROCESSING) + ".layers"))

    def leave_Attribute(self, original_node: cst.Attribute, updated_node: cst.Attribute) -> cst.BaseExpression:  # noqa: N802
        """Rewrite names that are gone."""
        name = dotted(original_node)
        if name.endswith(_PREPROCESSING):
            return expression(name.removesuffix(_PREPROCESSING) + ".layers")
        if dotted(original_node.value).endswith("losses.Reduction") and original_node.attr.value in _REDUCTIONS:
            return expression(f'"{_REDUCTIONS[original_node.attr.value]}"')
        return updated_node

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:  # noqa: N802
        """Name the first argument of `add_weight`, which is the shape in Keras 3."""
        first = updated_node.args[0] if updated_node.args else None
        if called(original_node) != "add_weight" or not m.matches(first, m.Arg(m.SimpleString(), keyword=None)):  # type: ignore[arg-type]
            return updated_node
        named = cst.ensure_type(expression(f"f(name={code(updated_node.args[0].value)})"), cst.Call).args[0]
        return updated_node.with_changes(
            args=[named.with_changes(comma=updated_node.args[0].comma), *updated_node.args[1:]]
        )
