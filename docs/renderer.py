"""Pages of the reference: the hooks of a class first, which autodoc2 hides where their names have an underscore."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from autodoc2.render.myst_ import MystRenderer
from hooks import hooks_by_class

__all__ = ["HooksFirst"]

HOOKS = {f"{cls}.{hook.name}" for cls, hooks in hooks_by_class().items() for hook in hooks}


class HooksFirst(MystRenderer):
    """Shows each hook, before all other members of its class, and says that it is one."""

    def is_hidden(self, item: Any) -> bool:
        """Return whether a thing is left out."""
        return item["full_name"] not in HOOKS and super().is_hidden(item)

    def get_children(self, item: Any, types: set[str] | None = None, *, omit_hidden: bool = True) -> Iterable[Any]:
        """Return the members of a module or a class in their order, hooks first."""
        return sorted(
            super().get_children(item, types, omit_hidden=omit_hidden),
            key=lambda child: child["full_name"] not in HOOKS,
        )

    def render_method(self, item: Any) -> Iterable[str]:
        """Return the lines of a method."""
        for line in super().render_method(item):
            if line.startswith("```{autodoc2-docstring}") and item["full_name"] in HOOKS:
                yield from ("**Hook**, for you to override.", "")
            yield line
