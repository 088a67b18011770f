"""A scenario whose samples are files, named by lists."""
