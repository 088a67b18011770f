"""The command tfaip-experimenter."""
