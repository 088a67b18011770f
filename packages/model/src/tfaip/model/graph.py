"""The base of network graphs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tfaip.model.layer import LayerBase
from tfaip.model.layer_params import TLayerParams
from tfaip.model.model_definition_error import ModelDefinitionError
from tfaip.model.runtime.libraries import keras, tf
from tfaip.params.defining.made_by import bind_params
from tfaip.pipeline.hooks import hook, hook_with, returned

__all__ = ["GraphBase"]

Tensors = Mapping[str, Any]


class GraphBase(LayerBase[TLayerParams]):
    """A layer that maps a dict of input tensors to a dict of output tensors.

    Most graphs override `call` alone. A graph that differs between training and prediction (teacher forcing against
    decoding, say) overrides `build_train_graph` and `build_prediction_graph` instead; layers that both use are made by
    `__init__`, so that they share their weights.

    Args:
        params: The parameters class instance from which the graph is built.
        name: Name of the layer, the first part of each variable's path.
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        bind_params(cls, object, "graph_cls")

    # Hooks.

    @hook_with("training")
    def build_train_graph(self, inputs: Tensors, targets: Tensors, training: bool | None = None) -> dict[str, Any]:
        """Return the outputs that loss and metrics see; `targets` are at hand for teacher forcing.

        It is called with `training=False` in validation.
        """
        del targets
        return self._call(inputs, training)

    @hook
    def build_prediction_graph(self, inputs: Tensors) -> dict[str, Any]:
        """Return the outputs that a prediction yields and a bundle exports."""
        return self._call(inputs, training=False)

    # The framework calls these.

    @property
    def has_two_graphs(self) -> bool:
        """Whether training and prediction may differ by more than dropout and the like."""
        cls = type(self)
        return (
            cls.build_train_graph is not GraphBase.build_train_graph
            or cls.build_prediction_graph is not GraphBase.build_prediction_graph
        )

    def training_outputs(self, inputs: Tensors, targets: Tensors, *, training: bool) -> dict[str, Any]:
        """Return the outputs of the training graph.

        Where layers compute in half precision, their outputs come in float32.

        Raises:
            ModelDefinitionError: The graph returned something else than a dict.
        """
        if not self.has_two_graphs:
            return self._checked("call", self(dict(inputs), training=training))

        from tfaip.model.runtime.graph_run import GraphRun

        def train_graph(given: Mapping[str, Tensors]) -> Any:
            return self.build_train_graph(given["inputs"], given["targets"], training=training)

        given = {"inputs": dict(inputs), "targets": dict(targets)}
        return self._checked("build_train_graph", GraphRun(self, train_graph)(given, training=training))

    def prediction_outputs(self, inputs: Tensors) -> dict[str, Any]:
        """Return the outputs of the prediction graph, as `training_outputs` does."""
        if not self.has_two_graphs:
            return self._checked("call", self(dict(inputs), training=False))
        from tfaip.model.runtime.graph_run import GraphRun

        outputs = GraphRun(self, self.build_prediction_graph)(dict(inputs), training=False)
        return self._checked("build_prediction_graph", outputs)

    def require_rows(self, outputs: Tensors) -> None:
        """Refuse a scalar among the outputs of a prediction, of which no sample could get its own value.

        Raises:
            ModelDefinitionError: It names the output.
        """
        for name, output in outputs.items():
            if getattr(output, "shape", None) == ():
                raise ModelDefinitionError(
                    f"{type(self).__qualname__} must return one value or row a sample, shape (batch, ...), got a "
                    f"scalar for the output {name!r}: repeat it for each sample by keras.ops.broadcast_to, or leave it "
                    "out of build_prediction_graph"
                )

    def _call(self, inputs: Tensors, training: bool | None) -> dict[str, Any]:
        # A graph that overrides one of the two hooks, and calls the other or `super()`, is within the scope of a run.
        call = self.call if self.has_two_graphs else self
        return self._checked("call", call(dict(inputs), training=training))

    def _checked(self, function: str, outputs: Any) -> dict[str, Any]:
        returned(self, function, outputs, Mapping, "a dict of named tensors", ModelDefinitionError)
        halves = (tf.float16, tf.bfloat16)
        # Losses and metrics would lose digits, and NumPy does not know bfloat16.
        return {
            name: keras.ops.cast(output, "float32") if getattr(output, "dtype", None) in halves else output
            for name, output in outputs.items()
        }
