"""Rewriting scenarios of tfaip 1.2.

In: the Python files of a scenario. Out: the same files for this version, with a comment where you have to decide.
`tables` holds all former names, from which the moving guide is made, too.
"""

from tfaip.upgrade.upgrade import Upgraded, UpgradeError, upgrade_path, upgrade_sources, write

__all__ = ["UpgradeError", "Upgraded", "upgrade_path", "upgrade_sources", "write"]
