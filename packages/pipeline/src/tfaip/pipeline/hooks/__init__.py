"""Hooks: methods of the base classes that users override.

In comes a class that a user defines; out goes a `HookError` where a hook of it would never be called, or could not be.
"""

from tfaip.pipeline.hooks.former import FORMER_HOOKS
from tfaip.pipeline.hooks.hooked import Hooked, hook, hook_with, hooks_of, make
from tfaip.pipeline.hooks.ours import is_ours

__all__ = ["FORMER_HOOKS", "Hooked", "hook", "hook_with", "hooks_of", "is_ours", "make"]
