"""The former place of `tfaip.trainer.cli.benchmark_input_pipeline`."""

from tfaip.trainer.cli.benchmark_input_pipeline import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
