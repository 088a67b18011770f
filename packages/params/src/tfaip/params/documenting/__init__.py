"""From params classes to documents: the JSON Schema of their files, and the reference of their arguments."""
