"""Names of the layers that have none of their own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager

__all__ = ["layers_numbered_from_one"]

KEY = "object_name_uids"


@contextmanager
def layers_numbered_from_one() -> Generator[None]:
    """Name unnamed layers `dense`, `dense_1`, ... as if no other layer had been made in this process.

    Weights are stored by names. Keras counts through the whole process, so that the second graph of a notebook would
    have other names than the first one, and could not take its weights. Keras has no public way to begin anew without
    forgetting everything else, too.
    """
    from keras.src.backend.common import global_state

    outside = global_state.get_global_attribute(KEY)
    global_state.set_global_attribute(KEY, defaultdict(int))
    try:
        yield
    finally:
        global_state.set_global_attribute(KEY, defaultdict(int) if outside is None else outside)
