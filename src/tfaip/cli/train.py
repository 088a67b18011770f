"""The former place of `tfaip.trainer.cli.train`."""

from tfaip.trainer.cli.train import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
