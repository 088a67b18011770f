"""Which code a file may bring into the process: where modules come from, and which of those places count.

In come tags (`module:Class`) that a file names, packages that a person named, and the folders that are read. Out comes
the class of a tag, or an error that says where its module was found and how to allow it.
"""
