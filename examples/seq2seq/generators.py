"""Pairs of texts from tables, or generated dates."""

from examples.seq2seq.dates import written_date
from examples.seq2seq.generator_params import TextsParams
from tfaip.pipeline import DataGenerator, PipelineMode, Sample
from tfaip.pipeline.text_files import expand_globs, read_table

SOURCE, TARGET = "source", "target"


class TextsGenerator(DataGenerator[TextsParams]):
    """Yields both texts; the source stands in `meta`, too, to be printed."""

    def __init__(self, mode: PipelineMode, params: TextsParams) -> None:
        super().__init__(mode, params)
        wanted = [SOURCE, TARGET] if mode.needs_targets else [SOURCE]
        self.rows = [
            (row[SOURCE], row.get(TARGET))
            for path in expand_globs(params.tables)
            for _, row in read_table(path, wanted).rows
        ]

    def __len__(self) -> int:
        return len(self.rows) if self.params.tables else self.params.count

    def __getitem__(self, index: int) -> Sample:
        if self.params.tables:
            source, target = self.rows[index]
        else:
            source, target = written_date(self.params.part, index, self.params.kinds)
        targets = None if target is None else {"text": target}
        return Sample(inputs={"source": source}, targets=targets, meta={"source": source})
