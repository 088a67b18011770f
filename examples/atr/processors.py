"""From the image of a line to the network's input, and from its output to a text."""

from typing import Any

import numpy as np
from PIL import Image, ImageFilter

from examples.atr.ctc_decoding import beam_search, best_path
from examples.atr.params import ATRDataParams
from examples.atr.processor_params import DecodeTextParams, DistortLineParams, EncodeTextParams, LoadLineParams
from tfaip.pipeline import DataBaseParams, DataError, MappingDataProcessor, PipelineMode, Sample


class LoadLine(MappingDataProcessor[LoadLineParams]):
    """From a path, or an image in memory, to uint8 (columns, height): ink is 255, on any ground."""

    data_params: ATRDataParams

    def apply(self, sample: Sample) -> Sample:
        """Return the processed sample.

        Raises:
            DataError: The file can't be read as an image.
        """
        source = sample.inputs["line"]
        if isinstance(source, np.ndarray):
            return sample.new_inputs(self._line(Image.fromarray(source)))
        try:
            with Image.open(source) as image:
                return sample.new_inputs(self._line(image.convert("L")))
        except OSError as error:
            raise DataError(f"{source} cannot be read as an image: {error}") from error

    def _line(self, image: Any) -> dict[str, Any]:
        width = max(1, round(image.width * self.data_params.height / image.height))
        pixels = np.asarray(image.resize((width, self.data_params.height), Image.Resampling.BILINEAR), np.uint8)
        # There is more paper than ink; padding is 0, which has to be paper.
        ink = 255 - pixels if np.median(pixels) > 127 else pixels
        return line_inputs(np.ascontiguousarray(ink.T))


def line_inputs(line: np.ndarray) -> dict[str, Any]:
    """Return the inputs of the network for a line, uint8 (columns, height)."""
    return {"line": line, "columns": np.array([len(line)], np.int64)}


class DistortLine(MappingDataProcessor[DistortLineParams]):
    """Another print of the same text, by the sample's own random numbers."""

    def supports_preload(self) -> bool:
        """Return False: it differs from epoch to epoch."""
        return False

    def apply(self, sample: Sample) -> Sample:
        """Return the processed sample."""
        rng = sample.rng
        line = sample.inputs["line"]
        columns = max(1, round(len(line) * (1 + rng.uniform(-self.params.stretch, self.params.stretch))))
        image = Image.fromarray(line).resize((line.shape[1], columns), Image.Resampling.BILINEAR)
        weight = rng.integers(6)
        if weight == 0:
            image = image.filter(ImageFilter.MaxFilter(3))
        elif weight == 1:
            image = image.filter(ImageFilter.GaussianBlur(1))
        noisy = np.asarray(image, np.float32) + rng.normal(0, self.params.noise, (columns, line.shape[1]))
        return sample.new_inputs(line_inputs(np.clip(noisy, 0, 255).astype(np.uint8)))


class EncodeText(MappingDataProcessor[EncodeTextParams]):
    """The text as labels, int64 (characters,)."""

    data_params: ATRDataParams

    def __init__(self, params: EncodeTextParams, data_params: ATRDataParams, mode: PipelineMode) -> None:
        super().__init__(params, data_params, mode)
        self.labels = {character: label for label, character in enumerate(data_params.characters(), start=1)}

    def apply(self, sample: Sample) -> Sample:
        """Return the processed sample.

        Raises:
            DataError: There is no label for one of the characters.
        """
        text = sample.targets["text"]
        unknown = sorted(set(text) - self.labels.keys())
        if unknown:
            raise DataError(
                f"the transcript of {sample.meta['path']} has characters that the codec lacks: {' '.join(unknown)}; "
                "write a codec of all transcripts by `python -m examples.atr.write_codec FILE 'FOLDER/*.gt.txt'`, "
                "and give it as --data.codec FILE"
            )
        labels = np.array([self.labels[character] for character in text], np.int64)
        return sample.new_targets({"labels": labels, "length": np.array([len(labels)], np.int64)})


class DecodeText(MappingDataProcessor[DecodeTextParams]):
    """The text, `sequence`, with a confidence for each character; of the targets, too, where there are any."""

    data_params: ATRDataParams

    def __init__(self, params: DecodeTextParams, data_params: DataBaseParams, mode: PipelineMode) -> None:
        super().__init__(params, data_params, mode)
        self.characters = self.data_params.characters()

    def apply(self, sample: Sample) -> Sample:
        """Return the processed sample."""
        probabilities = sample.outputs["probabilities"][: int(sample.outputs["steps"])]
        width = self.params.beam_width
        labels, confidence = best_path(probabilities) if width == 1 else beam_search(probabilities, width)
        sample = sample.new_outputs({**sample.outputs, "sequence": self._text(labels), "confidence": confidence})
        if sample.targets is None:
            return sample
        true = sample.targets["labels"][: int(sample.targets["length"][0])]
        return sample.new_targets({**sample.targets, "text": self._text(true)})

    def _text(self, labels: Any) -> str:
        return "".join(self.characters[int(label) - 1] for label in labels)
