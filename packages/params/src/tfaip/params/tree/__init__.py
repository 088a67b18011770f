"""Params that are being put together: defaults, then config files, then the command line, then the instances."""
