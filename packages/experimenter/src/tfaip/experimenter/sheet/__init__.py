"""The sheet of runs: its cells, its columns, its rows, and the command lines that the rows mean."""
