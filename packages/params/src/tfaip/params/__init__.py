"""Typed parameter classes that become a dynamic command line, JSON, YAML and TOML."""
