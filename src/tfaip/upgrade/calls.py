"""Calls with another form: reading and writing parameters, specs, pipelines, random numbers."""

from __future__ import annotations

import re

import libcst as cst
import libcst.matchers as m

from tfaip.upgrade.project import called, dotted
from tfaip.upgrade.rewriter import Rewriter, code, expression

__all__ = ["Calls"]

_WRITING = ("to_dict", "to_json")
_READING = ("from_dict", "from_json")
_SERIALIZATION = "`to_dict`, `to_json`, `from_dict` and `from_json` of `tfaip.params` are functions: `to_json(params)`"
_CREATING = {"create_pipeline", "get_or_create_pipeline"}
_CREATE = "`create_pipeline(mode, pipeline_params, generator_params)` takes the mode first"
_SPECS = {"tf.TensorSpec", "tensorflow.TensorSpec", "TensorSpec"}
_DTYPES = {"tf.string": "str", '"string"': "str", "'string'": "str"}
_TENSORBOARD = "`add_tensorboard` of tfaip 1.2 is `record_image(name, images)`, `record_histogram` or `record_scalar`"

_AUTOGRAPH = "there is no autograph: write `keras.ops.where`, `keras.ops.cond` or `tf.while_loop` for tensors"
# Functions of TensorFlow that return values of Python.
_OF_PYTHON = {"tf.executing_eagerly", "tf.is_tensor", "tf.io.gfile.exists"}

# Class methods of scenarios that returned stored parameters: those that return the scenario of them.
_STORED = {"params_from_path": "from_path", "params_from_dict": "from_dict"}

# Functions of `numpy.random` that a generator of NumPy has too, under this name.
_RANDOM = {
    **dict.fromkeys(("beta", "binomial", "choice", "exponential", "gamma", "normal", "permutation", "poisson"), ""),
    **dict.fromkeys(("laplace", "shuffle", "standard_normal", "triangular", "uniform"), ""),
    "randint": "integers",
    "random": "random",
    "random_sample": "random",
    "rand": "random",
    "randn": "standard_normal",
}


# Classes that took type arguments, and take none today.
_NOT_GENERIC = {
    *("DataPipeline", "RawDataPipeline", "TFDatasetGenerator"),
    *("BatchedMultiListDataGenerator", "CSVGenerator", "SCSVGenerator", "TSVGenerator"),
}


_FIELDS_WITH_PARAMS = {
    *("data", "model", "scenario", "evaluator", "gen", "pre_proc", "post_proc", "setup", "pipeline", "device"),
    *("optimizer", "learning_rate", "warmstart", "early_stopping"),
}


class Calls(Rewriter):
    """Rewrites calls of methods and functions whose form has changed."""

    def __init__(self, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self._methods: list[cst.FunctionDef] = []
        self._params: set[str] = set()

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:  # noqa: N802
        """Take note of the method, and of its arguments that hold parameters."""
        self._methods.append(node)
        annotated = [each for each in node.params.params if each.annotation]
        is_params = self.file.project.is_params
        self._params |= {each.name.value for each in annotated if is_params(called(each.annotation.annotation))}  # type: ignore[union-attr]

    def visit_Assign(self, node: cst.Assign) -> None:  # noqa: N802
        """Take note of a variable that holds parameters."""
        made = node.value
        if isinstance(made, cst.Call):
            receiver = made.func.value if isinstance(made.func, cst.Attribute) else None
            is_read = called(made) in _READING and self.file.project.is_params(called(receiver))
            if is_read or self.file.project.is_params(called(made)):
                self._params |= {dotted(each.target) for each in node.targets}

    def leave_FunctionDef(  # noqa: N802
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        """Leave the method."""
        self._methods.pop()
        return updated_node

    def leave_If(self, original_node: cst.If, updated_node: cst.If) -> cst.If:  # noqa: N802
        """Tell of a condition on tensors."""
        self._look_at(original_node.test)
        return updated_node

    def leave_While(self, original_node: cst.While, updated_node: cst.While) -> cst.While:  # noqa: N802
        """Tell of a loop over tensors."""
        self._look_at(original_node.test)
        return updated_node

    def leave_For(self, original_node: cst.For, updated_node: cst.For) -> cst.For:  # noqa: N802
        """Tell of a loop over tensors."""
        self._look_at(original_node.iter)
        return updated_node

    def _look_at(self, condition: cst.BaseExpression) -> None:
        if not {"ModelBase", "LayerBase"} & set(self.file.project.kinds(self.class_name)):
            return
        names = [dotted(cst.ensure_type(each, cst.Call).func) for each in m.findall(condition, m.Call())]
        if any(name.startswith(("tf.", "K.", "keras.backend.")) and name not in _OF_PYTHON for name in names):
            self.note(_AUTOGRAPH)

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:  # noqa: N802
        """Rewrite one call."""
        name = called(original_node)
        if dotted(original_node.func) in _SPECS:
            return self._spec(updated_node)
        if not isinstance(updated_node.func, cst.Attribute):
            return updated_node
        receiver = updated_node.func.value
        if name in (*_WRITING, *_READING):
            return self._serialization(updated_node, name, receiver)
        if name in _CREATING and len(updated_node.args) == 2:
            return self._pipeline(original_node, updated_node)
        if name in _STORED and len(updated_node.args) == 1:
            return self._stored(updated_node, name, receiver)
        if name == "create_lav" and len(updated_node.args) == 2:
            return self._lav(original_node, updated_node)
        if name == "add_tensorboard":
            self.note(_TENSORBOARD)
        if dotted(receiver) in ("np.random", "numpy.random") and name in _RANDOM and self._in_apply():
            if name in ("rand", "randn") and updated_node.args:  # an argument for each axis
                axes = ", ".join(f"{each.star}{code(each.value)}" for each in updated_node.args)
                updated_node = updated_node.with_changes(args=[cst.Arg(expression(f"({axes},)"))])
            return updated_node.with_changes(func=expression(f"{self._in_apply()}.rng.{_RANDOM[name] or name}"))
        return updated_node

    def leave_Attribute(self, original_node: cst.Attribute, updated_node: cst.Attribute) -> cst.BaseExpression:  # noqa: N802
        """Rewrite `tf.TensorSpec` in annotations, and members of `DistributionStrategy`."""
        name = dotted(original_node)
        if name in _SPECS:
            self.file.need("tfaip.pipeline", "ArraySpec")
            return cst.Name("ArraySpec")
        if dotted(original_node.value) == "DistributionStrategy":
            return expression(f'"{original_node.attr.value.lower()}"')
        return updated_node

    def leave_Subscript(self, original_node: cst.Subscript, updated_node: cst.Subscript) -> cst.BaseExpression:  # noqa: N802
        """Leave out type arguments that a class doesn't take."""
        return updated_node.value if called(original_node.value) in _NOT_GENERIC else updated_node

    def _spec(self, call: cst.Call) -> cst.Call:
        self.file.need("tfaip.pipeline", "ArraySpec")
        args, has_dtype = [], False
        for place, each in enumerate(call.args):
            if each.keyword.value == "dtype" if each.keyword else place == 1:
                each = each.with_changes(value=expression(_dtype(code(each.value))))
                has_dtype = True
            args.append(each)
        if not has_dtype:  # the default of `tf.TensorSpec`
            args.append(_keyword("dtype", cst.Arg(expression('"float32"'))))
        return call.with_changes(func=cst.Name("ArraySpec"), args=args)

    # Parameters as text.

    def _serialization(self, call: cst.Call, name: str, receiver: cst.BaseExpression) -> cst.BaseExpression:
        is_class = self.file.project.is_params(called(receiver))
        if name in _READING:
            is_scenario = "ScenarioBase" in self.file.project.kinds(called(receiver))
            if is_scenario or (not is_class and dotted(receiver) != "cls"):
                return call
            if dotted(receiver) == "cls" and not self.file.project.is_params(self.class_name):
                return call
        elif not self._holds_params(receiver):
            return call
        args = [each for each in call.args if not (each.keyword and each.keyword.value == "indent")]
        if len(args) > (name in _READING):
            self.note(_SERIALIZATION)
            return call
        self.file.need("tfaip.params", name)
        given = cst.Arg(receiver)
        return call.with_changes(func=cst.Name(name), args=[given, *args])

    def _holds_params(self, receiver: cst.BaseExpression) -> bool:
        name = called(receiver)
        if isinstance(receiver, cst.Call):
            return self.file.project.is_params(name)
        in_params = name == "self" and self.file.project.is_params(self.class_name)
        if in_params or name == "params" or name.endswith("_params") or dotted(receiver) in self._params:
            return True
        # A field of parameters: `self.params.data.codec`.
        is_below = re.search(r"params\b", dotted(receiver).rpartition(".")[0]) is not None
        return is_below and (name in _FIELDS_WITH_PARAMS or name in self.file.project.fields_with_params())

    # Pipelines.

    def _pipeline(self, original: cst.Call, call: cst.Call) -> cst.Call:
        first = original.args[0].value
        mode = (
            next((each.value for each in first.args if each.keyword and each.keyword.value == "mode"), None)
            if isinstance(first, cst.Call)
            else None
        )
        if mode is None:
            self.note(_CREATE)
            return call
        given = call.args[0].value
        if isinstance(given, cst.Call):
            rest = [each for each in given.args if not (each.keyword and each.keyword.value == "mode")]
            given = given.with_changes(args=rest)
        return call.with_changes(args=[cst.Arg(mode), call.args[0].with_changes(value=given), *call.args[1:]])

    # Stored scenarios and load-and-validate.

    def _stored(self, call: cst.Call, name: str, receiver: cst.BaseExpression) -> cst.BaseExpression:
        is_own = dotted(receiver) in ("cls", "self") and "ScenarioBase" in self.file.project.kinds(self.class_name)
        if not is_own and "ScenarioBase" not in self.file.project.kinds(called(receiver)):
            return call
        made = call.with_changes(func=cst.Attribute(receiver, cst.Name(_STORED[name])))
        return cst.Attribute(made, cst.Name("params"))

    def _lav(self, original: cst.Call, call: cst.Call) -> cst.Call:
        first = original.args[0].value
        if not isinstance(first, cst.Call) or called(first) != "LAVParams":
            return call
        paths = [each for each in first.args if each.keyword and each.keyword.value == "model_path"]
        if not paths:
            return call
        given = cst.ensure_type(call.args[0].value, cst.Call)
        rest = [each for each in given.args if not (each.keyword and each.keyword.value == "model_path")]
        rest = [*rest[:-1], *(each.with_changes(comma=cst.MaybeSentinel.DEFAULT) for each in rest[-1:])]
        return call.with_changes(args=[cst.Arg(paths[0].value), cst.Arg(given.with_changes(args=rest))])

    # Random numbers.

    def _in_apply(self) -> str:
        """The name of the sample in a processor's `apply`; empty elsewhere."""
        method = self._methods[0] if self._methods else None
        if method is None or method.name.value != "apply" or len(method.params.params) != 2:
            return ""
        kinds = self.file.project.kinds(self.class_name)
        return method.params.params[1].name.value if "MappingDataProcessor" in kinds else ""


def _dtype(text: str) -> str:
    """A dtype of TensorFlow as NumPy knows it."""
    if text in _DTYPES:
        return _DTYPES[text]
    for prefix in ("tf.dtypes.", "tf.", "tensorflow."):
        if text.startswith(prefix):
            return f'"{text.removeprefix(prefix)}"'
    return text


def _keyword(name: str, argument: cst.Arg) -> cst.Arg:
    equal = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
    return argument.with_changes(keyword=cst.Name(name), equal=equal)
