"""Entities of tags, by the rules of the evaluation of CoNLL-2000 and CoNLL-2003 (`conlleval`)."""

from collections.abc import Sequence
from typing import NamedTuple

from tfaip.pipeline import DataError

__all__ = ["OUTSIDE", "Entity", "check_tag", "entities_of"]

OUTSIDE = "O"

BEGINS = ("B", "S", "U")  # begin of several tokens; a single token, as IOBES and BILOU call it
ENDS = ("E", "S", "L", "U")
PREFIXES = ("B", "I", "M", "E", "S", "L", "U")  # M is the I of BMES


class Entity(NamedTuple):
    """An entity.

    Attributes:
        kind: Type of the entity: PER, LOC, ...
        begin: Index of the first token.
        end: Index after the last token.
    """

    kind: str
    begin: int
    end: int


def entities_of(tags: Sequence[str]) -> list[Entity]:
    """Return the entities of a sentence in their order.

    Tags may follow BIO, IOB, IOBES or BILOU. An entity begins at a tag that begins one, at another type, and
    after a tag that ends one or stands outside. So an I without a B before it begins an entity, too.

    Args:
        tags: A tag for each token, `O` outside of entities.
    """
    found = []
    begin, former_prefix, former_kind = 0, OUTSIDE, ""
    for index, tag in enumerate([*tags, OUTSIDE]):
        prefix, _, kind = tag.partition("-")
        continues = prefix not in (*BEGINS, OUTSIDE) and former_prefix not in (*ENDS, OUTSIDE) and kind == former_kind
        if not continues:
            if former_prefix != OUTSIDE:
                found.append(Entity(former_kind, begin, index))
            begin = index
        former_prefix, former_kind = prefix, kind
    return found


def check_tag(tag: str, place: str) -> None:
    """Refuse anything but `O`, or a prefix, a hyphen and a type, which may hold hyphens.

    Raises:
        DataError: It is no tag; with its place.
    """
    prefix, _, kind = tag.partition("-")
    if tag != OUTSIDE and (prefix not in PREFIXES or not kind):
        raise DataError(
            f"{place}: a tag must be {OUTSIDE}, or one of {', '.join(PREFIXES)}, a hyphen and a type, got {tag!r}"
        )
