"""The former place of `tfaip.trainer.cli.train_from_params`."""

from tfaip.trainer.cli.train_from_params import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
