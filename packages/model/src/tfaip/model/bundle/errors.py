"""The errors of bundles that their user can mend."""

from __future__ import annotations

from tfaip.params import UserError

__all__ = ["BundleError"]


class BundleError(UserError, ValueError):
    """A folder is no bundle, or a broken one."""
