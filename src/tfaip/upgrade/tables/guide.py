"""The tables of the moving guide: `python -m tfaip.upgrade.tables.guide docs/moving_from_tfaip_1.md` writes them."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from tfaip.pipeline.hooks import FORMER_HOOKS
from tfaip.upgrade.tables.former import METHODS, NAMES, OPTIONS

__all__ = ["TABLES", "with_tables"]


def same_names() -> str:
    """Names that are called the same, by the module that they are imported from today."""
    by_module: dict[str, dict[str, None]] = {}
    for entry in NAMES.values():
        if entry.successor and entry.new_name == entry.name:
            by_module.setdefault(entry.new_module, {})[entry.name] = None
    rows = ((_listed(sorted(names)), f"`{module}`") for module, names in sorted(by_module.items()))
    return _table("name", "import it from", rows)


def other_names() -> str:
    """Names that are called in another way."""
    found = {}
    for entry in NAMES.values():
        if entry.successor and entry.new_name != entry.name:
            found[entry.name] = f"`{entry.new_name}` of `{entry.new_module}`" + (
                f": {entry.advice}" if entry.advice else ""
            )
    return _table("tfaip 1.2", "now", ((f"`{name}`", found[name]) for name in sorted(found)))


def gone_names() -> str:
    """Names without a successor, by their replacement."""
    by_advice: dict[str, dict[str, None]] = {}
    for entry in NAMES.values():
        if not entry.successor:
            by_advice.setdefault(entry.advice, {})[f"{entry.module}:{entry.name}"] = None
    rows = sorted(
        (_listed(dict.fromkeys(name.partition(":")[2] for name in names)), advice)
        for advice, names in by_advice.items()
    )
    return _table("name of tfaip 1.2", "use instead", rows)


def options() -> str:
    """Fields of parameters, which are options of the command line too."""
    rows = []
    for option in OPTIONS.values():
        values = ", ".join(f"`{before}` is `{now}`" for before, now in option.values.items())
        now = f"`{option.successor}`" if option.successor else f"gone: {option.advice}"
        note = f": {option.advice}" if option.successor and option.advice else ""
        rows.append((f"`{option.owner}.{option.field}`", f"{now}{note}" + (f"; {values}" if values else "")))
    return _table("field of tfaip 1.2", "now", sorted(rows))


def same_methods() -> str:
    """Methods and attributes that are the same, by class."""
    by_class: dict[str, list[str]] = {}
    for (owner, name), now in METHODS.items():
        if not now:
            by_class.setdefault(owner, []).append(name)
    return _table(
        "class of tfaip 1.2", "the same today", ((f"`{owner}`", _listed(names)) for owner, names in by_class.items())
    )


def other_methods() -> str:
    """Methods and attributes that users called, and that are gone."""
    rows = ((f"`{owner}.{name}`", now) for (owner, name), now in METHODS.items() if now)
    return _table("tfaip 1.2", "use instead", rows)


def former_hooks() -> str:
    """Hooks that nothing calls any more."""
    rows: dict[tuple[str, str], list[str]] = {}
    for base, hooks in FORMER_HOOKS.items():
        for name, successor in hooks.items():
            rows.setdefault((base, successor), []).append(f"{base}.{name}")
    return _table("hook of tfaip 1.2", "now", ((_listed(names), successor) for (_, successor), names in rows.items()))


TABLES: Mapping[str, Callable[[], str]] = {
    "same names": same_names,
    "other names": other_names,
    "gone names": gone_names,
    "options": options,
    "same methods": same_methods,
    "other methods": other_methods,
    "former hooks": former_hooks,
}
"""The tables by the word that stands in the comment above them."""


def with_tables(text: str) -> str:
    """Return the guide with its tables written anew, each between `<!-- table: NAME -->` and `<!-- end -->`."""
    pattern = re.compile(r"(<!-- table: ([\w ]+) -->\n).*?(<!-- end -->)", re.DOTALL)
    return pattern.sub(lambda found: f"{found[1]}\n{TABLES[found[2]]()}\n{found[3]}", text)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _table(left: str, right: str, rows: Iterable[tuple[str, str]]) -> str:
    return "".join(f"| {a} | {b} |\n" for a, b in [(left, right), ("---", "---"), *rows])


if __name__ == "__main__":
    guide = Path(sys.argv[1])
    guide.write_text(with_tables(guide.read_text(encoding="utf-8")), encoding="utf-8")
