"""A training that may start from a preset."""

from pathlib import Path
from typing import Any

import numpy as np
from keras_hub.models import BertBackbone

from examples.text.finetuningbert.graph import NAME
from examples.text.finetuningbert.hugging_face import read_hugging_face
from examples.text.finetuningbert.pretrained import is_of_keras_hub
from tfaip.trainer import Trainer, WarmStarter, WarmStartError
from tfaip.trainer.warm_start.stored_weights import StoredWeights


class PairTrainer(Trainer):
    """Starts from whatever other trainings do, and from presets."""

    @classmethod
    def warm_starter_cls(cls) -> type[WarmStarter]:
        """Return the class that loads weights into a new run."""
        return PresetWarmStarter


class PresetWarmStarter(WarmStarter):
    """Reads the weights of presets by the names that the graph has for them."""

    def read(self) -> StoredWeights:
        """Return the stored weights."""
        folder = self.params.model
        if folder is None or not (folder / "config.json").is_file():
            return super().read()
        weights = read_keras_hub(folder) if is_of_keras_hub(folder) else read_hugging_face(folder)
        return StoredWeights(folder, {f"{NAME}/bert/{name}": array for name, array in weights.items()})

    def transform_weight(self, name: str, stored: np.ndarray, variable: Any) -> np.ndarray | None:
        """Return the weights of an attention layer of Hugging Face with an axis for the heads."""
        attention = "/self_attention_layer/" in name and stored.size == np.prod(variable.shape)
        return stored.reshape(variable.shape) if attention else None


def read_keras_hub(folder: Path) -> dict[str, np.ndarray]:
    """Return the weights of a folder of KerasHub by the names of its variables.

    Raises:
        WarmStartError: They can't be read.
    """
    try:
        bert = BertBackbone.from_preset(str(folder))
    except (OSError, ValueError) as error:
        raise WarmStartError(f"the weights in {folder} cannot be read: {error}") from error
    return {variable.path: np.asarray(variable) for variable in bert.weights}
