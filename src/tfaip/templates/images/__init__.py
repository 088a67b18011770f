"""A scenario that classifies images, sorted into folders or labelled by a table."""
