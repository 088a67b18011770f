"""The network: a word's embedding and its spelling, an encoder of the sentence, and a tag for each word."""

from typing import Any

import keras
from keras import ops

from examples.ner.params import NERModelParams
from examples.ner.vocabulary import PADDING, SPECIAL
from tfaip.model import GraphBase


class NERGraph(GraphBase[NERModelParams]):
    """Tags words; padding is masked everywhere."""

    def __init__(self, params: NERModelParams, name: str = "ner", **kwargs: Any) -> None:
        super().__init__(params, name=name, **kwargs)
        self.words = keras.layers.Embedding(params.words + SPECIAL, params.word_units, name="words")
        self.characters = keras.layers.Embedding(params.characters + SPECIAL, params.character_units, name="characters")
        self.spelling = keras.layers.Conv1D(
            params.spelling_units, 3, padding="same", activation="relu", name="spelling"
        )
        self.dropout = keras.layers.Dropout(params.dropout, name="dropout")
        self.encoder = params.encoder.create(name="encoder")
        self.logits = keras.layers.Dense(len(params.tags), name="logits")

    def call(self, inputs: dict[str, Any], training: bool | None = None) -> dict[str, Any]:
        """Return the outputs.

        `logits` are float32 (batch, words, tags), `class` is int (batch, words), and `mask`, 1 for words and 0 for
        padding, is float32 (batch, words).
        """
        mask = inputs["words"] != PADDING
        embedded = ops.concatenate([self.words(inputs["words"]), self._spelled(inputs["characters"])], axis=-1)
        read = self.encoder(self.dropout(embedded, training=training), mask=mask, training=training)
        logits = self.logits(ops.where(ops.expand_dims(mask, -1), read, 0))
        return {"logits": logits, "class": ops.argmax(logits, axis=-1), "mask": ops.cast(mask, "float32")}

    def _spelled(self, characters: Any) -> Any:
        """Return the strongest features of each word's characters, float (batch, words, filters)."""
        batch, words, length = ops.shape(characters)
        flat = ops.reshape(characters, (-1, length))
        here = ops.expand_dims(flat != PADDING, -1)
        features = self.spelling(ops.where(here, self.characters(flat), 0))
        strongest = ops.max(ops.where(here, features, 0), axis=1)
        return ops.reshape(strongest, (batch, words, self.params.spelling_units))
