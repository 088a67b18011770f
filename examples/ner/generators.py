"""Sentences of CoNLL files, or generated ones."""

from collections.abc import Iterator
from pathlib import Path

from examples.ner.conll import Sentence, read_sentences
from examples.ner.generator_params import SentencesParams
from examples.ner.sentences import generated_sentence
from tfaip.pipeline import DataGenerator, PipelineMode, Sample
from tfaip.pipeline.text_files import ListedPaths, expand_globs, read_entries


class SentencesGenerator(DataGenerator[SentencesParams]):
    """Yields tokens and tags of one sentence after the other; `meta` holds the tokens, to be printed."""

    def __init__(self, mode: PipelineMode, params: SentencesParams) -> None:
        super().__init__(mode, params)
        self.sentences = [
            sentence
            for path in listed_files(params.lists)
            for sentence in read_sentences(path, needs_tags=mode.needs_targets)
        ]

    def __len__(self) -> int:
        return len(self.sentences) if self.params.lists else self.params.count

    def __getitem__(self, index: int) -> Sample:
        sentence: Sentence
        if self.params.lists:
            sentence = self.sentences[index]
        else:
            sentence = generated_sentence(self.params.part, index)
        targets = None if sentence.tags is None else {"tags": sentence.tags}
        meta = {"place": sentence.place, "tokens": sentence.tokens}
        return Sample(inputs={"tokens": sentence.tokens}, targets=targets, meta=meta)


def listed_files(lists: list[str]) -> Iterator[Path]:
    """Yield the files that lists name, a path per line, relative to the list's folder."""
    for path in expand_globs(lists):
        paths = ListedPaths(path)
        yield from (Path(paths.find(line.strip())) for line in read_entries(path) if line.strip())
