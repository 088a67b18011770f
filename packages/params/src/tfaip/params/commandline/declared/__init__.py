"""The arguments of a command before any word is read: params roots, plain arguments, and those that are built in."""
