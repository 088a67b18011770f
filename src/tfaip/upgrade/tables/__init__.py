"""The tables of tfaip 1.2: names, parameters and their order, options with another name or value.

In: files of tab-separated values. Out: mappings, and the same tables for the moving guide. Hooks stand in
`tfaip.pipeline.hooks`.
"""

from tfaip.upgrade.tables.former import (
    FIELDS,
    METHODS,
    NAMES,
    OPTIONS,
    SIGNATURES,
    TODAY,
    FormerName,
    FormerOption,
    former_classes,
    former_name,
    is_former_module,
    is_package_of_today,
    option_of,
)

__all__ = [
    "FIELDS",
    "METHODS",
    "NAMES",
    "OPTIONS",
    "SIGNATURES",
    "TODAY",
    "FormerName",
    "FormerOption",
    "former_classes",
    "former_name",
    "is_former_module",
    "is_package_of_today",
    "option_of",
]
