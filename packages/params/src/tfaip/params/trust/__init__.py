"""The code that a file may bring into the process: the places of modules, and the trusted ones of them.

In come tags (`module:Class`) that a file names, packages that a person named, and the folders that are read. Out comes
the class of a tag, or an error that says where its module was found and how to allow it.
"""
