"""From a decorated class to its fields.

In comes a class with annotations and `field(...)`. Out comes an attrs class that is registered by its tag, and, where
somebody asks, one `FieldSpec` for each field: type, options, default.
"""
