"""Scenarios to start one's own from; `tfaip-new NAME` copies one of them and replaces its names."""
