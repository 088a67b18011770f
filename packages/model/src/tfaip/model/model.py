"""The base of models: everything about a network but its graph."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from numbers import Real
from typing import Any, Generic, NamedTuple

from tfaip.model.class_weight import ClassWeight
from tfaip.model.graph import GraphBase
from tfaip.model.metric import MetricDefinition
from tfaip.model.model_definition_error import ModelDefinitionError
from tfaip.model.model_params import ModelBaseParams, TModelParams
from tfaip.model.runtime.backend import (
    layers_numbered_from_one,
    require_own_paths,
    require_tensorflow,
    whole_keras_errors,
)
from tfaip.model.runtime.layers_in_call import refused_layers_in_call
from tfaip.model.runtime.libraries import keras, tf
from tfaip.model.runtime.tracing import tensor_specs
from tfaip.params.shown_text import clean_text
from tfaip.pipeline import DataBase, Sample
from tfaip.pipeline.hooks import Hooked, call_user_code, described, hook, returned

__all__ = ["Forward", "ModelBase"]

Tensors = Mapping[str, Any]


class Forward(NamedTuple):
    """The results of a forward pass.

    Attributes:
        targets: The targets, processed.
        outputs: Outputs of the training graph.
        losses: Each loss, a float32 scalar.
    """

    targets: dict[str, Any]
    outputs: dict[str, Any]
    losses: dict[str, Any]


class ModelBase(Hooked, ABC, Generic[TModelParams]):
    """Says what is trained, measured, printed and exported; the graph says how it is computed.

    Subclasses override the hooks that start with an underscore, and `create_graph`.
    """

    _made_by = ModelBaseParams

    # Weighs the samples of a training beside `_sample_weights`; the trainer sets it.
    class_weight: ClassWeight | None = None

    def __init__(self, params: TModelParams) -> None:
        require_tensorflow()
        self.params = params

    @hook
    def create_graph(self, params: TModelParams) -> GraphBase[Any]:
        """Make the graph, not yet built; by default the one whose type argument these parameters are."""
        return params.graph_cls()(params)

    @abstractmethod
    @hook
    def _loss(self, inputs: Tensors, targets: Tensors, outputs: Tensors) -> dict[str, Any]:
        """Return each loss by name: a scalar (the mean of the batch), or one value a sample, shape (batch,)."""

    @hook
    def _loss_weights(self) -> dict[str, float] | None:
        """Return the weights of the losses in the sum that is trained; a missing one weighs 1."""
        return None

    @hook
    def _metric(self) -> dict[str, MetricDefinition]:
        """Return new metrics by name."""
        return {}

    @hook
    def _sample_weights(self, inputs: Tensors, targets: Tensors) -> dict[str, Any]:
        """Return how much each sample counts, float (batch,), by the name of a loss or metric; others count 1.

        A loss is the mean over the batch of weight times loss, as in Keras' `fit`. A metric is given the weights as its
        `sample_weight`, and may take other shapes too (one weight a step of a sequence, say).
        """
        del inputs, targets
        return {}

    @hook
    def _class_names(self) -> Sequence[str] | None:
        """Return the name of each class in the order of the indices; `class_weight` of a training may use them."""
        return None

    @hook
    def _pre_proc_targets(self, inputs: Tensors, targets: Tensors) -> dict[str, Any]:
        """Return the targets that training graph, losses and metrics see; computed on the device, batch by batch."""
        del inputs
        return dict(targets)

    @hook
    def _post_proc_targets(self, inputs: Tensors, targets: Tensors, outputs: Tensors) -> dict[str, Any]:
        """Return the targets that losses and metrics see, once the outputs of the training graph are known."""
        del inputs, outputs
        return dict(targets)

    @hook
    def _best_logging_settings(self) -> tuple[str, str]:
        """Return "min" or "max", and the log by which the best model is chosen.

        A log's name without `val_` means the validation's value wherever there is validation.
        """
        return "min", "loss"

    @hook
    def _print_evaluate(self, sample: Sample, data: DataBase[Any], print_fn: Callable[[str], None] = print) -> None:
        """Print one validated sample, with outputs and targets, in words."""

    @hook
    def _export_graphs(self, inputs: Tensors, outputs: Tensors, targets: Tensors) -> dict[str, dict[str, Any]]:
        """Return what a bundle exports, by label; Predictors run `default`.

        It is called while the prediction graph is traced; `targets` is empty then.
        """
        del inputs, targets
        return {"default": dict(outputs)}

    # These call the hooks and check their results.

    def build_graph(self, data: DataBase[Any]) -> GraphBase[Any]:
        """Make the graph and all of its variables, for tensors as `data` specifies them."""
        with layers_numbered_from_one(), whole_keras_errors():
            return self._build_graph(data)

    def _build_graph(self, data: DataBase[Any]) -> GraphBase[Any]:
        graph = self._returned("create_graph", self.create_graph(self.params), GraphBase, "a graph")
        inputs = tensor_specs(data.input_layer_specs())
        targets = tensor_specs(data.target_layer_specs())

        # Tracing, unlike a call on zeros, builds graphs whose code asks for more than a batch of zeros can give.
        def trace(inputs: Tensors, targets: Tensors) -> None:
            outputs = graph.training_outputs(inputs, self.pre_proc_targets(inputs, targets), training=True)
            if graph.has_two_graphs:
                outputs = graph.prediction_outputs(inputs)
            graph.require_rows(outputs)

        # In such a scope Keras makes the variables after the trace, so that a distribution strategy can place them.
        with refused_layers_in_call(graph), keras.StatelessScope():
            tf.function(trace, autograph=False).get_concrete_function(inputs, targets)
        require_own_paths(graph.weights)
        return graph

    def forward(self, graph: GraphBase[Any], inputs: Tensors, targets: Tensors, *, training: bool) -> Forward:
        """Run a batch through the processing of the targets, the training graph and the losses."""
        done = self.forward_by_sample(graph, inputs, targets, training=training)
        return done._replace(losses={name: keras.ops.mean(loss) for name, loss in done.losses.items()})

    def forward_by_sample(self, graph: GraphBase[Any], inputs: Tensors, targets: Tensors, *, training: bool) -> Forward:
        """Do as `forward`, with losses of shape (batch,) wherever the model gives them so."""
        targets = self.pre_proc_targets(inputs, targets)
        outputs = graph.training_outputs(inputs, targets, training=training)
        targets = self.post_proc_targets(inputs, targets, outputs)
        return Forward(targets, outputs, self.sample_losses(inputs, targets, outputs, training=training))

    def pre_proc_targets(self, inputs: Tensors, targets: Tensors) -> dict[str, Any]:
        """Return the targets that the training graph sees.

        Raises:
            ModelDefinitionError: The hook returned something else than a dict.
        """
        return self._tensors_of("_pre_proc_targets", self._pre_proc_targets(inputs, targets))

    def post_proc_targets(self, inputs: Tensors, targets: Tensors, outputs: Tensors) -> dict[str, Any]:
        """Return the targets that losses and metrics see.

        Raises:
            ModelDefinitionError: The hook returned something else than a dict.
        """
        return self._tensors_of("_post_proc_targets", self._post_proc_targets(inputs, targets, outputs))

    def class_names(self) -> list[str] | None:
        """Return the names of the classes; `None` where they have none.

        Raises:
            ModelDefinitionError: The hook returned something else than different texts.
        """
        names: Any = self._class_names()
        if names is None:
            return None
        return list(self._returned("_class_names", names, _are_different_texts, "different texts, one a class"))

    def sample_weights(
        self, inputs: Tensors, targets: Tensors, names: Collection[str] | None = None, *, training: bool = False
    ) -> dict[str, Any]:
        """Return the weights of the samples by the name of a loss or metric.

        Args:
            inputs: Inputs of the batch.
            targets: Targets that the losses see.
            names: Names of the losses, which class weights weigh; `None`: the metrics that the hook names.
            training: Whether class weights count.

        Raises:
            ModelDefinitionError: The hook returned something else than a dict.
        """
        weights = self._tensors_of("_sample_weights", self._sample_weights(inputs, targets))
        if self.class_weight is None or not training:
            return weights
        of_classes = self.class_weight.of(targets)
        # As in Keras, a metric is weighed by the class only where it is weighed at all.
        for name in weights if names is None else self.class_weight.weighed(names):
            of_sample = weights.get(name)
            weights[name] = of_classes if of_sample is None else _times(of_sample, of_classes)
        return weights

    def _tensors_of(self, hook: str, tensors: Any) -> dict[str, Any]:
        return dict(self._returned(hook, tensors, Mapping, "a dict of named tensors"))

    def _returned(self, hook: str, value: Any, fits: Any, wanted: str) -> Any:
        return returned(self, hook, value, fits, wanted, ModelDefinitionError)

    def losses(self, inputs: Tensors, targets: Tensors, outputs: Tensors) -> dict[str, Any]:
        """Return each loss as a float32 scalar, the mean of the batch.

        Raises:
            ModelDefinitionError: As `sample_losses`.
        """
        return {name: keras.ops.mean(loss) for name, loss in self.sample_losses(inputs, targets, outputs).items()}

    def sample_losses(
        self, inputs: Tensors, targets: Tensors, outputs: Tensors, *, training: bool = False
    ) -> dict[str, Any]:
        """Return each loss as the hook gives it, times the weights of the samples: float32, of shape (batch,) or ().

        Where `training` is set, class weights count too.

        Raises:
            ModelDefinitionError: The hook returned something else than named floating-point tensors of shape () or
                (batch,).
        """
        losses = self._loss(inputs, targets, outputs)
        where = f"{type(self).__qualname__}._loss"
        self._returned("_loss", losses, lambda found: isinstance(found, Mapping) and found, "a dict of named losses")
        weights = self.sample_weights(inputs, targets, list(losses), training=training)
        return {name: _weighted_loss(where, name, loss, weights.get(name)) for name, loss in losses.items()}

    def loss_weights(self, names: list[str]) -> dict[str, float]:
        """Return the weight of each loss in `names`.

        Raises:
            ModelDefinitionError: The hook weighs a loss that there is not.
        """
        weights = self._loss_weights()
        if weights is None:
            weights = {}
        self._returned("_loss_weights", weights, _are_weights, "a dict of numbers by the names of losses, or None")
        unknown = sorted(set(weights) - set(names))
        if unknown:
            raise ModelDefinitionError(
                f"{type(self).__qualname__}._loss_weights must weigh losses of _loss ({', '.join(names)}), "
                f"got {unknown}"
            )
        return {name: float(weights.get(name, 1.0)) for name in names}

    def metrics(self) -> dict[str, MetricDefinition]:
        """Return new metrics by name.

        Raises:
            ModelDefinitionError: The hook returned something else than metric definitions.
        """
        metrics: Any = self._returned("_metric", self._metric(), Mapping, "a dict of MetricDefinitions by name")
        for name, metric in metrics.items():
            if not isinstance(metric, MetricDefinition):
                raise ModelDefinitionError(
                    f"{type(self).__qualname__}._metric must return MetricDefinitions by name, "
                    f"got {described(metric)} for {name!r}"
                )
        return dict(metrics)

    def best_logging_settings(self) -> tuple[str, str]:
        """Return the mode and the log of the hook, as it gives them.

        Raises:
            ModelDefinitionError: The hook returned something else than a mode and the name of a log.
        """
        settings: Any = self._best_logging_settings()
        where = f"{type(self).__qualname__}._best_logging_settings"
        if not isinstance(settings, tuple | list) or len(settings) != 2 or not isinstance(settings[1], str):
            raise ModelDefinitionError(f'{where} must return "min" or "max", and the name of a log; got {settings!r}')
        mode, log = settings
        if mode not in ("min", "max"):
            raise ModelDefinitionError(f'{where} must return "min" or "max" first, got {mode!r}')
        return mode, log

    def best_log(self, logs: Collection[str], *, perhaps: Collection[str] = (), hint: str = "") -> tuple[str, str]:
        """Return the mode and the full name of the log that chooses the best model.

        Args:
            logs: Names of the logs that there are.
            perhaps: Names of logs that there may be; messages don't list them.
            hint: Ends the message where there is no such log.

        Raises:
            ModelDefinitionError: The hook names a mode or a log that there is not.
        """
        mode, log = self.best_logging_settings()
        for known in (logs, perhaps):
            for name in (f"val_{log}", log):
                if name in known:
                    return mode, name
        where = f"{type(self).__qualname__}._best_logging_settings"
        raise ModelDefinitionError(f"{where} must name one of the logs {', '.join(logs)}; got {log!r}{hint}")

    def print_evaluate(self, sample: Sample, data: DataBase[Any], print_fn: Callable[[str], None] = print) -> None:
        """Print one validated sample in words; control characters of its texts are shown as their escapes."""

        def print_text(*texts: object, **options: Any) -> None:
            print_fn(clean_text(" ".join(map(str, texts))), **options)

        call_user_code(self._print_evaluate, sample, data, print_text)

    def export_graphs(self, inputs: Tensors, outputs: Tensors) -> dict[str, dict[str, Any]]:
        """Return what a bundle exports, by label.

        Raises:
            ModelDefinitionError: The hook returned nothing under `default`.
        """
        wanted = "a dict of named tensors by the labels of graphs, one of them 'default'"
        graphs: Any = self._returned("_export_graphs", self._export_graphs(inputs, outputs, {}), _are_graphs, wanted)
        if "default" not in graphs:
            raise ModelDefinitionError(
                f"{type(self).__qualname__}._export_graphs must return a graph labelled 'default', got {sorted(graphs)}"
            )
        return dict(graphs)


def _are_different_texts(names: Any) -> bool:
    is_list = isinstance(names, Sequence) and not isinstance(names, str)
    return is_list and all(isinstance(name, str) for name in names) and len(set(names)) == len(names)


def _are_weights(weights: Any) -> bool:
    return isinstance(weights, Mapping) and all(isinstance(weight, Real) for weight in weights.values())


def _are_graphs(graphs: Any) -> bool:
    return isinstance(graphs, Mapping) and all(isinstance(graph, Mapping) for graph in graphs.values())


def _tensor_of_loss(where: str, name: str, loss: Any) -> Any:
    if isinstance(loss, keras.losses.Loss) or (callable(loss) and not hasattr(loss, "dtype")):
        called = f"{type(loss).__qualname__ if isinstance(loss, keras.losses.Loss) else 'the function'}"
        raise ModelDefinitionError(
            f"{where} must return tensors, got an uncalled loss for {name!r}: call {called} with target and output"
        )
    try:
        return tf.convert_to_tensor(loss)
    except (TypeError, ValueError) as error:
        raise ModelDefinitionError(f"{where} must return tensors, got {described(loss)} for {name!r}") from error


def _weighted_loss(where: str, name: str, loss: Any, weights: Any) -> Any:
    loss = _tensor_of_loss(where, name, loss)
    if not loss.dtype.is_floating:
        raise ModelDefinitionError(f"{where} must return floating-point losses, got {loss.dtype.name} for {name!r}")
    while loss.shape.rank is not None and loss.shape.rank > 1 and loss.shape[-1] == 1:
        loss = tf.squeeze(loss, axis=-1)  # (batch, 1), as CTC of Keras gives it
    if loss.shape.rank is None or loss.shape.rank > 1:
        raise ModelDefinitionError(
            f"{where} must return losses of shape () or (batch,), got {loss.shape} for {name!r}: "
            "take the mean over the other axes"
        )
    loss = keras.ops.cast(loss, "float32")
    if weights is not None:
        if loss.shape.rank != 1:
            raise ModelDefinitionError(
                f"{where} must return one value a sample, shape (batch,), for {name!r}, "
                f"because _sample_weights or class_weight weighs it; got {loss.shape}"
            )
        weights = keras.ops.cast(weights, "float32")
        if len(weights.shape) != 1:
            raise ModelDefinitionError(
                f"_sample_weights must weigh the loss {name!r} by shape (batch,), got {weights.shape}"
            )
        loss *= weights
    return loss


def _times(weights: Any, of_classes: Any) -> Any:
    """Multiply weights of shape (batch, ...) by those of the samples' classes, shape (batch,)."""
    weights = keras.ops.cast(weights, "float32")
    further = [1] * (len(weights.shape) - 1)
    return weights * keras.ops.reshape(of_classes, (-1, *further))
