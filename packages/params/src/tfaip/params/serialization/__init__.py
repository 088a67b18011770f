"""Params as plain data, and as JSON, YAML and TOML files.

In come params (`writing.to_dict`, `documents.save`), plain data (`plain.from_dict`) or a file (`documents.load`).
Out go plain data, a file that is known to be readable, or params of the class that the data names, if that is trusted.
Each format is a module of its own. Files that the command line names may build on others (`composing`) and refer to
other values (`references`); files that programs read do neither.
"""
