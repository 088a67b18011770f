"""From texts to tokens and back, in plain NumPy."""

import numpy as np

from examples.seq2seq.characters import END, decode, encode
from examples.seq2seq.processor_params import DecodeTextsParams, EncodeTextsParams
from tfaip.pipeline import MappingDataProcessor, Sample


class EncodeTexts(MappingDataProcessor[EncodeTextsParams]):
    """The source, int64 (characters,), and the target with the end token, int64 (characters + 1,)."""

    def apply(self, sample: Sample) -> Sample:
        """Return the processed sample."""
        if sample.inputs is not None:
            sample = sample.new_inputs({"source": encode(sample.inputs["source"])})
        if sample.targets is not None:
            sample = sample.new_targets({"target": np.append(encode(sample.targets["text"]), END)})
        return sample


class DecodeTexts(MappingDataProcessor[DecodeTextsParams]):
    """The outputs `text`, the best hypothesis, and `texts`, all of them; the target `text` where there is one."""

    def apply(self, sample: Sample) -> Sample:
        """Return the processed sample."""
        texts = [decode(tokens) for tokens in sample.outputs["sequences"]]
        sample = sample.new_outputs({**sample.outputs, "text": texts[0], "texts": texts})
        if sample.targets is None:
            return sample
        return sample.new_targets({**sample.targets, "text": decode(sample.targets["target"])})
