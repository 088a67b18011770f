"""Sentences about small events; two of them are equivalent if they tell of the same event, in any words."""

from typing import NamedTuple

import numpy as np

# Words that mean the same stand together.
PEOPLE = (
    ("doctor", "physician"),
    ("lawyer", "attorney"),
    ("teacher", "instructor"),
    ("farmer", "grower"),
    ("driver", "motorist"),
    ("thief", "robber"),
    ("king", "monarch"),
    ("actor", "performer"),
)
DEEDS = (
    ("helped", "assisted"),
    ("noticed", "spotted"),
    ("called", "phoned"),
    ("praised", "lauded"),
    ("hired", "employed"),
    ("accused", "blamed"),
    ("saved", "rescued"),
)


class Event(NamedTuple):
    """Who did what to whom, each as its number in the tables above."""

    who: int
    deed: int
    whom: int


SIZES = (len(PEOPLE), len(DEEDS), len(PEOPLE))
# A fifth of the events, whichever: the validation has none that the training tells of.
HELD_OUT = np.random.default_rng(0).random(SIZES) < 0.2


def generated_pair(part: str, index: int) -> tuple[str, str, bool]:
    """Return two sentences, and whether they are equivalent; the same ones for the same arguments.

    Args:
        part: "training" or "validation", which tell of different events.
        index: Number of the pair.
    """
    rng = np.random.default_rng((part == "validation", index))
    event = _event(part, rng)
    first = told(event, rng)
    equivalent = bool(rng.random() < 0.5)
    other = event if equivalent else _changed(event, part, rng)
    second = first
    while second == first:
        second = told(other, rng)
    return first, second, equivalent


def told(event: Event, rng: np.random.Generator) -> str:
    """Return a sentence about the event, in words that are drawn."""
    who, deed, whom = (
        words[number][rng.integers(2)] for words, number in zip((PEOPLE, DEEDS, PEOPLE), event, strict=True)
    )
    passive = rng.random() < 0.5
    sentence = f"the {whom} was {deed} by the {who}." if passive else f"the {who} {deed} the {whom}."
    return sentence[0].upper() + sentence[1:]


def _event(part: str, rng: np.random.Generator) -> Event:
    while True:
        event = Event(*(int(number) for number in rng.integers(SIZES)))
        if _is_of(part, event):
            return event


def _changed(event: Event, part: str, rng: np.random.Generator) -> Event:
    """Exchange the two people, or draw some of the three anew: pairs that differ in all are learned first."""
    while True:
        if rng.random() < 0.1:
            changed = event._replace(who=event.whom, whom=event.who)
        else:
            drawn = rng.random(len(event)) < rng.random()
            numbers = [
                int(rng.integers(size)) if anew else old for anew, size, old in zip(drawn, SIZES, event, strict=True)
            ]
            changed = Event(*numbers)
        if changed != event and _is_of(part, changed):
            return changed


def _is_of(part: str, event: Event) -> bool:
    return event.who != event.whom and bool(HELD_OUT[event]) == (part == "validation")
