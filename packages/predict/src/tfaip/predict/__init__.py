"""Prediction with exported bundles."""
