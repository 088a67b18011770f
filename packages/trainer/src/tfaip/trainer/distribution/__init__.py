"""Training on several devices or machines: the same batches and weights as on one."""
