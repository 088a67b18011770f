"""Lines from image files, or rendered ones."""

from pathlib import Path
from typing import Any

from examples.atr.codec import read_transcript
from examples.atr.generator_params import LinesParams
from examples.atr.rendering import rendered_line
from tfaip.pipeline import DataError, DataGenerator, PipelineMode, Sample
from tfaip.pipeline.text_files import expand_globs


class LinesGenerator(DataGenerator[LinesParams]):
    """Yields paths, which are read in the workers, and transcripts where they are needed."""

    def __init__(self, mode: PipelineMode, params: LinesParams) -> None:
        super().__init__(mode, params)
        self.files = expand_globs(params.image_files)

    def __len__(self) -> int:
        return len(self.files) or self.params.count

    def __getitem__(self, index: int) -> Sample:
        line: Any
        if not self.files:
            line, text = rendered_line(self.params.part, index)
            return Sample(inputs={"line": line}, targets={"text": text}, meta={"path": f"rendered {index}"})
        path = self.files[index]
        targets = {"text": transcript_of(path)} if self.mode.needs_targets else None
        return Sample(inputs={"line": path}, targets=targets, meta={"path": str(path)})


def transcript_of(path: Path) -> str:
    """Return the text of a line from the file beside its image.

    Raises:
        DataError: There is no such file, or it is no text.
    """
    beside = path.with_name(path.name.partition(".")[0] + ".gt.txt")
    try:
        return read_transcript(beside)
    except DataError as error:
        raise DataError(f"the transcript of {path} must be a text in {beside}: {error}") from error
