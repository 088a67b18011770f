"""From a sentence to numbers and back, in plain NumPy."""

from typing import Any

import numpy as np

from examples.ner.entities import entities_of
from examples.ner.params import NERDataParams
from examples.ner.processor_params import DecodeTagsParams, EncodeSentenceParams
from examples.ner.vocabulary import character_numbers, numbered, word_numbers
from tfaip.pipeline import DataBaseParams, DataError, MappingDataProcessor, PipelineMode, Sample


class EncodeSentence(MappingDataProcessor[EncodeSentenceParams]):
    """The inputs `words`, int64 (words,), and `characters`, int64 (words, characters); the target `tags`."""

    data_params: NERDataParams

    def __init__(self, params: EncodeSentenceParams, data_params: DataBaseParams, mode: PipelineMode) -> None:
        super().__init__(params, data_params, mode)
        self.words = numbered(self.data_params.read_words())
        self.characters = numbered(self.data_params.read_characters())
        self.tags = {tag: number for number, tag in enumerate(self.data_params.read_tags())}

    def apply(self, sample: Sample) -> Sample:
        """Return the processed sample."""
        if sample.targets is not None:
            sample = sample.new_targets(
                {"tags": np.array([self._tag(tag) for tag in sample.targets["tags"]], np.int64)}
            )
        if sample.inputs is None:
            return sample
        tokens = sample.inputs["tokens"]
        return sample.new_inputs(
            {"words": word_numbers(tokens, self.words), "characters": character_numbers(tokens, self.characters)}
        )

    def _tag(self, tag: str) -> int:
        if tag not in self.tags:
            raise DataError(f"a tag must be one of {', '.join(self.tags)}, got {tag!r}; --data.tags names another file")
        return self.tags[tag]


class DecodeTags(MappingDataProcessor[DecodeTagsParams]):
    """The outputs `tags` and `entities`; of the targets, too, where there are any."""

    data_params: NERDataParams

    def __init__(self, params: DecodeTagsParams, data_params: DataBaseParams, mode: PipelineMode) -> None:
        super().__init__(params, data_params, mode)
        self.tags = self.data_params.read_tags()

    def apply(self, sample: Sample) -> Sample:
        """Return the processed sample."""
        length = len(sample.meta["tokens"])
        sample = sample.new_outputs({**sample.outputs, **self._decoded(sample.outputs["class"][:length])})
        if sample.targets is None:
            return sample
        return sample.new_targets({**sample.targets, **self._decoded(sample.targets["tags"][:length])})

    def _decoded(self, numbers: Any) -> dict[str, Any]:
        tags = [self.tags[number] for number in np.asarray(numbers).tolist()]
        return {"tags": tags, "entities": entities_of(tags)}
