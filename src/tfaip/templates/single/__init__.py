"""A scenario in one file, as `tfaip-new --template single` writes it."""
