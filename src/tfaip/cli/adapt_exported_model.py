"""The former place of `tfaip.model.cli.adapt_exported_model`."""

from tfaip.model.cli.adapt_exported_model import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
