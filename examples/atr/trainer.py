"""A training that may start from a network that knows other characters."""

from typing import Any

import numpy as np

from examples.atr.params import ATRScenarioParams
from tfaip.trainer import Trainer, WarmStarter


class ATRTrainer(Trainer):
    """Starts from stored weights by the characters that their labels stand for."""

    def create_warm_starter(self) -> WarmStarter:
        """Return the object that loads weights into a new run."""
        return CharactersWarmStarter(self.params.warmstart)


class CharactersWarmStarter(WarmStarter):
    """Gives the output of each character to its label of today; a character that is new keeps its random start."""

    def transform_weight(self, name: str, stored: np.ndarray, variable: Any) -> np.ndarray | None:
        """Return the output layer's weights in the order of the new codec."""
        former, new = self.stored_params, self.new_params
        if not name.endswith(("logits/kernel", "logits/bias")):
            return None
        if not isinstance(former, ATRScenarioParams) or not isinstance(new, ATRScenarioParams):
            return None
        characters = former.data.characters()
        if stored.shape[-1] != len(characters) + 1 or stored.shape[:-1] != tuple(variable.shape[:-1]):
            return None
        value = np.array(variable.numpy())
        value[..., 0] = stored[..., 0]  # no character
        for label, character in enumerate(new.data.characters(), start=1):
            if character in characters:
                value[..., label] = stored[..., characters.index(character) + 1]
        return value
