"""The base of layers that are made from parameters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Generic, Self

from tfaip.model.keras_layer import keras_layer, register_layer
from tfaip.model.layer_params import LayerBaseParams, TLayerParams
from tfaip.model.model_definition_error import ModelDefinitionError
from tfaip.model.runtime.libraries import keras
from tfaip.model.tensorboard.recorder import record_histogram, record_image, record_scalar
from tfaip.params import from_dict, to_dict
from tfaip.params.defining.type_arguments import type_argument
from tfaip.pipeline.hooks import Hooked

__all__ = ["LayerBase"]


if TYPE_CHECKING:

    class _Base(Hooked, keras.layers.Layer):
        """The bases of an object."""

else:
    _Base = Hooked  # Keras' layer joins when an object is made, see `keras_layer`


class LayerBase(_Base, Generic[TLayerParams]):
    """A Keras layer that is made from parameters, and whose config holds them.

    Subclasses override `__init__`, where they make their sub-layers, and `call`. Each is known to Keras' serialization
    under its module and name, without a decorator. A class statement loads neither Keras nor TensorFlow; each object is
    a `keras.layers.Layer`.

    Args:
        params: The parameters class instance from which the layer is made.
        name: Name of the layer, a part of each variable's path. Unlike Keras' default it has no running number, so that
            it holds from process to process; layers of one parent need names that differ.
    """

    _made_by = LayerBaseParams

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:  # noqa: D102 - said by the class
        return super().__new__(keras_layer(cls), *args, **kwargs)

    def __init__(self, params: TLayerParams, name: str | None = None, **kwargs: Any) -> None:
        super().__init__(name=name or _snake_case(type(self).__name__), **kwargs)
        self.params = params

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        register_layer(cls)

    def build(self, input_shape: Any = None) -> None:
        """Mark the layer as built; its sub-layers build themselves when they are first called."""
        del input_shape
        self.built = True

    def record_image(self, name: str, images: Any, max_images: int = 3) -> None:
        """Show the first images of an epoch's last batch in TensorBoard, under the layer's path.

        Args:
            name: Follows the path.
            images: (batch, height, width, 1, 3 or 4), uint8, or float from 0 to 1.
            max_images: How many of the batch.
        """
        record_image(f"{self.path}/{name}", images, max_images)

    def record_histogram(self, name: str, values: Any) -> None:
        """Show the distribution of a tensor, of an epoch's last batch, in TensorBoard, under the layer's path."""
        record_histogram(f"{self.path}/{name}", values)

    def record_scalar(self, name: str, value: Any) -> None:
        """Show a number, shape (), of an epoch's last batch, in TensorBoard, under the layer's path."""
        record_scalar(f"{self.path}/{name}", value)

    def get_config(self) -> dict[str, Any]:
        """Return Keras' config, with the tagged parameters under `params`."""
        return {**super().get_config(), "params": to_dict(self.params)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Rebuild the layer from `get_config`; its type argument names the class of its parameters.

        Raises:
            ModelDefinitionError: The class has no type argument.
            LoadError: The stored parameters are no parameters of this layer.
        """
        params_cls = type_argument(cls, 0)
        if params_cls is None:
            raise ModelDefinitionError(
                f"{cls.__qualname__} must name the class of its parameters: "
                f"`class {cls.__name__}({LayerBase.__name__}[MyParams])`"
            )
        config = dict(config)
        return cls(from_dict(params_cls, config.pop("params")), **config)


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
