"""Generators for sources that many scenarios have."""
