"""A scenario of tfaip 1.2, moved by hand: the quadrant of a point. Parameters keep the tags of the older files."""
