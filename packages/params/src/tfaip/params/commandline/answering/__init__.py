"""The answers to the built-in arguments: help, the resulting params, schemas, completion, a saved config.

In comes a `Parsed` with the declarations of its command. Out comes text.
"""
