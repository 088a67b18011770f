"""The former place of `tfaip.trainer.cli.resume_training`."""

from tfaip.trainer.cli.resume_training import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
