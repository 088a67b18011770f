"""The nearest names to one that doesn't exist.

Internal API between the packages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

__all__ = ["did_you_mean", "nearest", "nearest_paths"]

_TOLERANCE = 0.6
"""Below this similarity (1 = equal) a name isn't a misspelling but another word."""


def nearest(name: str, candidates: Iterable[str], count: int = 3) -> list[str]:
    """Up to `count` candidates that `name` may be a misspelling of, the nearest first; case doesn't matter."""
    similarity = _similarity_to(name)
    scored = [(-score, candidate) for candidate in dict.fromkeys(candidates) if (score := similarity(candidate))]
    return [candidate for _, candidate in sorted(scored)[:count]]


def nearest_paths(path: str, candidates: Iterable[str], count: int = 6) -> list[str]:
    """The same for dotted paths: the last part decides, the likeness of the parts before it orders.

    Long common beginnings would make paths alike whose ends have nothing to do with each other.
    """
    head, _, last = path.rpartition(".")
    similarity_of_last, similarity_of_head = _similarity_to(last), _similarity_to(head)
    scored = []
    for candidate in dict.fromkeys(candidates):
        other_head, _, other_last = candidate.rpartition(".")
        if score := similarity_of_last(other_last):
            bonus = 1.0 if head == other_head else similarity_of_head(other_head)
            scored.append((-score - bonus, len(candidate), candidate))
    return [candidate for _, _, candidate in sorted(scored)[:count]]


def _similarity_to(name: str) -> Callable[[str], float]:
    """A function of the likeness of other names to this one, 0 where they are too different."""
    from difflib import SequenceMatcher

    matcher = SequenceMatcher(autojunk=False)
    # difflib prepares the second sequence once, so the name is the second and the others come and go as the first.
    matcher.set_seq2(name.lower())

    def similarity(other: str) -> float:
        matcher.set_seq1(other.lower())
        for bound in (matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio):
            if (ratio := bound()) < _TOLERANCE:
                return 0.0
        return ratio

    return similarity


def did_you_mean(names: Iterable[str]) -> tuple[str, ...]:
    """A line that asks for these names, or nothing where there are none."""
    names = list(names)
    if not names:
        return ()
    head = ", ".join(names[:-1])
    return (f"did you mean {head} or {names[-1]}?" if head else f"did you mean {names[-1]}?",)
