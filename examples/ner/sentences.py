"""Sentences about people, places, organisations and dates, made of templates and invented names."""

import zlib

import numpy as np

from examples.ner.conll import Sentence

__all__ = ["TAGS", "generated_sentence"]

KINDS = ["PER", "LOC", "ORG", "DATE"]
TAGS = ["O", *(f"{prefix}-{kind}" for kind in KINDS for prefix in "BI")]

# Each fifth invented name belongs to the validation: the network has to read the context.
VALIDATION = 5

# Fraction of the sentences in lower case, as in messages.
LOWER_CASE = 0.15

TEMPLATES = [
    "{PER} was born in {LOC} on {DATE} .",
    "{PER} joined {ORG} in {DATE} .",
    "The head of {ORG} , {PER} , lives in {LOC} .",
    "{ORG} opened an office in {LOC} .",
    "{ORG} and {ORG} merged on {DATE} .",
    "On {DATE} , {PER} met {PER} at {ORG} .",
    "The road from {LOC} to {LOC} was closed on {DATE} .",
    "{LOC} lies north of {LOC} .",
    "{PER} wrote to {PER} from {LOC} .",
    "A train from {LOC} was late again .",
    "In {DATE} , {ORG} hired {PER} .",
    "The mayor of {LOC} thanked {PER} and {ORG} .",
    "Shares of {ORG} fell after {DATE} .",
    "{PER} studied in {LOC} and worked for {ORG} .",
    "Nobody in {LOC} had heard of {PER} before .",
    "The match was moved to {DATE} .",
    "It rained all day , and nothing happened .",
    "She read the letter twice and put it away .",
    "Why did {ORG} leave {LOC} ?",
    "{PER} 's house in {LOC} was sold to {ORG} .",
]

UNSEEN = [
    "{PER} moved from {LOC} to {LOC} after leaving {ORG} .",
    "The {ORG} building in {LOC} burned down on {DATE} .",
    "Yesterday , {PER} called {ORG} about the offer .",
    "{ORG} , based in {LOC} , was founded in {DATE} .",
    "According to {PER} , {LOC} is quiet in {DATE} .",
    "The concert in {LOC} starts at eight .",
    "Both {PER} and {PER} left before {DATE} .",
    "{LOC} beat {LOC} by two goals , said {PER} .",
]
"""Templates of the validation alone."""

# Words that stand between others now and then, so that a word outside of entities may be any of them.
COMMON_WORDS = " ".join(
    [
        "about according after again all almost also always based beat before began both building burned by",
        "called came closed concert down early eight ended even ever finally founded from goals has have how",
        "into is just large last later leaving left letter long many match moved never new next nobody now",
        "offer often old once only over quiet quite rather said seven so some soon starts still story street",
        "than then there they today two under until very week well when with",
    ]
)
INSERTED = 0.15

FIRST_NAMES = (
    "Anna Ben Clara David Emma Felix Greta Hugo Ida Jonas Karla Leo Mona Nils Olga Paul Rosa Simon Tina Viktor"
)
MONTHS = "January February March April May June July August September October November December"
SYLLABLES = "bar den fel gor hal jun kel lin mor nat per rin sol tam ver wil zan"
PLACES = ["", "ton", "ford", "berg", "ville"]


def generated_sentence(part: str, index: int) -> Sentence:
    """Return a sentence; the same index gives the same one.

    Args:
        part: `training` or `validation`. The validation has other names of people, places and organisations, and
            half of its sentences have other templates.
        index: Number of the sentence.
    """
    rng = np.random.default_rng([["training", "validation"].index(part), index])
    tokens: list[str] = []
    tags: list[str] = []
    is_unseen = part == "validation" and rng.random() < 0.5
    for word in str(rng.choice(UNSEEN if is_unseen else TEMPLATES)).split():
        if rng.random() < INSERTED:
            tokens.append(str(rng.choice(COMMON_WORDS.split())))
            tags.append("O")
        kind = word.strip("{}") if word.startswith("{") else ""
        words = _name(kind, part, rng).split() if kind else [word]
        tokens += words
        tags += [f"{'I' if position else 'B'}-{kind}" if kind else "O" for position in range(len(words))]
    if rng.random() < LOWER_CASE:
        tokens = [token.lower() for token in tokens]
    return Sentence(f"generated {index}", tokens, tags)


def _name(kind: str, part: str, rng: np.random.Generator) -> str:
    if kind == "DATE":
        month, year = rng.choice(MONTHS.split()), rng.integers(1900, 2030)
        return str(rng.choice([f"{rng.integers(1, 29)} {month} {year}", f"{month} {year}", f"{year}"]))
    name = _invented(part, rng)
    if kind == "PER":
        first = rng.choice(FIRST_NAMES.split())
        return str(rng.choice([f"{first} {name}", f"{first} {name}", name, f"Dr {name}"]))
    if kind == "LOC":
        return name + str(rng.choice(PLACES))
    forms = [f"{name} & Sons", f"Bank of {name}", f"University of {name}", f"{name} Ltd", name]
    return str(rng.choice(forms))


def _invented(part: str, rng: np.random.Generator) -> str:
    """Return a name of two or three syllables that belongs to this part."""
    while True:
        name = "".join(rng.choice(SYLLABLES.split(), rng.integers(2, 4))).capitalize()
        if (zlib.crc32(name.encode()) % VALIDATION == 0) == (part == "validation"):
            return name
