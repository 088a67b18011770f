"""Sentences of CoNLL files, or generated ones."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from examples.ner.conll import Place, Sentence, places_of, sentences_of
from examples.ner.generator_params import SentencesParams
from examples.ner.sentences import generated_sentence
from tfaip.pipeline import DataGenerator, Sample
from tfaip.pipeline.generators import ListFileGenerator
from tfaip.pipeline.text_files import ListedPaths, expand_globs, read_entries


class ListedSentences(ListFileGenerator):
    """Sentences of the files that lists name; an entry is the place of a sentence, which is read when it is needed.

    The standard input is no list, but the text of a CoNLL file.
    """

    def entries(self, path: Path) -> Sequence[Place]:
        """Return the places of all sentences of the files that a list names."""
        return [place for file in files_of_list(path, self.params.ignore_prefix) for place in places_of(file)]

    def entries_of_stream(self, lines: Iterable[str]) -> Iterator[Sentence]:
        """Yield the sentences of the standard input as they arrive."""
        return sentences_of(lines, "standard input", self.mode.needs_targets)

    def sample(self, entry: Place | Sentence) -> Sample:
        """Return the sample of a sentence."""
        return sample_of(entry.read(self.mode.needs_targets) if isinstance(entry, Place) else entry)


class GeneratedSentences(DataGenerator[SentencesParams]):
    """Sentences that are generated when they are read."""

    def __len__(self) -> int:
        return self.params.count

    def __getitem__(self, index: int) -> Sample:
        return sample_of(generated_sentence(self.params.part, index))


def sample_of(sentence: Sentence) -> Sample:
    """Return tokens and tags of a sentence as a sample; `meta` holds the tokens, to be printed."""
    targets = None if sentence.tags is None else {"tags": sentence.tags}
    meta = {"place": sentence.place, "tokens": sentence.tokens}
    return Sample(inputs={"tokens": sentence.tokens}, targets=targets, meta=meta)


def listed_files(lists: list[str]) -> Iterator[Path]:
    """Yield the files that lists name, a path per line, relative to the list's folder."""
    for path in expand_globs(lists):
        yield from files_of_list(path, SentencesParams().ignore_prefix)


def files_of_list(path: Path, ignore_prefix: str) -> Iterator[Path]:
    """Yield the files that a list names."""
    paths = ListedPaths(path)
    for line in map(str.strip, read_entries(path)):
        if line and not (ignore_prefix and line.startswith(ignore_prefix)):
            yield Path(paths.find(line))
