"""The nearest names to one that doesn't exist."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["did_you_mean", "nearest"]

_TOLERANCE = 0.6
"""Below this similarity (1 = equal) a name isn't a misspelling but another word."""


def nearest(name: str, candidates: Iterable[str], count: int = 3) -> list[str]:
    """Up to `count` candidates that `name` may be a misspelling of, the nearest first; case doesn't matter."""
    from difflib import SequenceMatcher

    matcher = SequenceMatcher(autojunk=False)
    # difflib prepares the second sequence once, so the name is the second and the candidates come and go as the first.
    matcher.set_seq2(name.lower())
    scored = []
    for candidate in dict.fromkeys(candidates):
        matcher.set_seq1(candidate.lower())
        if matcher.real_quick_ratio() >= _TOLERANCE and matcher.quick_ratio() >= _TOLERANCE:
            score = matcher.ratio()
            if score >= _TOLERANCE:
                scored.append((-score, candidate))
    return [candidate for _, candidate in sorted(scored)[:count]]


def did_you_mean(names: Iterable[str]) -> tuple[str, ...]:
    """A line that asks for these names, or nothing where there are none."""
    names = list(names)
    if not names:
        return ()
    head = ", ".join(names[:-1])
    return (f"did you mean {head} or {names[-1]}?" if head else f"did you mean {names[-1]}?",)
