"""The English of help, messages, docstrings, comments and documents: short sentences without riddles."""

from __future__ import annotations

import re
import statistics
from functools import cache

import pytest
import sentences

MEDIAN = 15
LONGEST = 35

KINDS = ["help", "message", "docstring", "comment", "document"]

# Clauses in place of a noun: "what it holds" is its content, "those of the model" are the model's outputs.
RIDDLES = re.compile(
    r"^(?:What|Which|Whatever|Whose|Those)\b(?!.*\?)"
    r"|[;:,] (?:what|whoever)\b"
    r"|\b[Ww]hoever\b"
    r"|\b(?:is|are|and|or|for|of|with|by|to|from|beside|on|in|at|about) what\b"
    r"|\bthat which\b|\bat whose\b|\bthose of which\b|\bmisspelt is answered\b"
)


@cache
def _all() -> list[sentences.Sentence]:
    return [*sentences.of_code(), *sentences.of_documents()]


def _of(kind: str) -> list[sentences.Sentence]:
    return [sentence for sentence in _all() if sentence.kind == kind]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.takes_long
def test_half_of_the_sentences_have_at_most_15_words(kind: str) -> None:
    assert statistics.median(sentence.words for sentence in _of(kind)) <= MEDIAN


@pytest.mark.parametrize("kind", KINDS)
def test_no_sentence_has_more_than_35_words(kind: str) -> None:
    too_long = [f"{sentence.place}: {sentence.text}" for sentence in _of(kind) if sentence.words > LONGEST]

    assert not too_long, "split these sentences:\n" + "\n".join(too_long)


@pytest.mark.parametrize("kind", KINDS)
def test_no_sentence_has_a_clause_where_a_noun_would_do(kind: str) -> None:
    riddles = [f"{sentence.place}: {sentence.text}" for sentence in _of(kind) if RIDDLES.search(sentence.text)]

    assert not riddles, "name the thing by a noun:\n" + "\n".join(riddles)


@pytest.mark.parametrize(
    "text",
    [
        "What the sheet says.",
        "Bundles, which are what you deploy.",
        "The state for whoever shows it.",
        "Those of the model.",
        "Epochs at whose begin the rate drops",
    ],
)
def test_a_riddle_is_found(text: str) -> None:
    assert RIDDLES.search(text)


@pytest.mark.parametrize("text", ["What is a bundle?", "The inputs differ from those of the data.", "A word."])
def test_plain_english_is_no_riddle(text: str) -> None:
    assert not RIDDLES.search(text)
