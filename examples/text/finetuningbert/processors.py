"""From two sentences to the network's input; in the pipeline's processes, without TensorFlow."""

import numpy as np

from examples.text.finetuningbert.params import PairDataParams
from examples.text.finetuningbert.processor_params import TokenizeParams
from examples.text.finetuningbert.tokenizing import load_tokenizer
from tfaip.pipeline import MappingDataProcessor, PipelineMode, Sample


class Tokenize(MappingDataProcessor[TokenizeParams]):
    """Both sentences in one row: [CLS] first [SEP] second [SEP], each input int32 (pieces,)."""

    data_params: PairDataParams

    def __init__(self, params: TokenizeParams, data_params: PairDataParams, mode: PipelineMode) -> None:
        super().__init__(params, data_params, mode)
        self.tokenizer = load_tokenizer(data_params.vocabulary_path(), lowercase=data_params.lowercase)
        self.tokenizer.enable_truncation(data_params.max_length, strategy="longest_first")

    def apply(self, sample: Sample) -> Sample:
        """Return the processed sample."""
        pieces = self.tokenizer.encode(sample.inputs["first"], sample.inputs["second"])
        return sample.new_inputs(
            {
                "tokens": np.array(pieces.ids, np.int32),
                "segments": np.array(pieces.type_ids, np.int32),
                # 0 where a batch is padded, so that a pair is read alike whatever the others of its batch are.
                "mask": np.ones(len(pieces.ids), np.int32),
            }
        )
