"""The types of a field's values: one class for each type, which knows all sides of its values.

In comes the annotation of a field (`annotations.kind_of`). Out goes a `Kind`. It reads a value from words of the
command line and from plain data of a file, writes it back to both, checks it, and describes it as JSON Schema. Kinds
are recursive: a list knows the kind of its items. Params inside a value are read by a host, which the caller brings
along (`base.Reading`). `own.register_type` adds a class of another library.
"""
