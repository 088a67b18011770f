"""Whose code is it?"""

from __future__ import annotations

import re

__all__ = ["is_ours"]

# Scenarios for tests and templates are written like those of users.
_OUR_MODULES = re.compile(r"tfaip\.(params|pipeline|model|predict|trainer|cli|experimenter)(\.(?!testing\b)|$)")


def is_ours(module: str) -> bool:
    """Whether a module is one of the framework's own, and no scenario."""
    return bool(_OUR_MODULES.match(module))
