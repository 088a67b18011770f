"""The former place of `tfaip.model.stored.adapt`."""

from tfaip.model.stored.adapt import AdaptedBundle, adapt_bundle

__all__ = ["AdaptedBundle", "adapt_bundle"]
