"""Keras graphs and models, scenarios, and bundles."""
