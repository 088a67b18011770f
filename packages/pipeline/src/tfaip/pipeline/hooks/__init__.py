"""Hooks: methods of the base classes that users override.

In comes a class that a user defines; out goes a `HookError` where a hook of it would never be called, or could not be.

Internal API between the packages.
"""

from tfaip.pipeline.hooks.former import FORMER_HOOKS
from tfaip.pipeline.hooks.hooked import (
    Hooked,
    call_user_code,
    described,
    hook,
    hook_with,
    hooks_of,
    is_ours,
    make,
    overridden_hooks,
    returned,
)

__all__ = [
    "FORMER_HOOKS",
    "Hooked",
    "call_user_code",
    "described",
    "hook",
    "hook_with",
    "hooks_of",
    "is_ours",
    "make",
    "overridden_hooks",
    "returned",
]
