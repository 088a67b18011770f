"""From the words of a command line to params.

In come declarations (`declared`) and words. `reading` makes a tree of the words, in which the arguments depend on the
selected classes. `answering` prints what the built-in arguments ask for, or the mistakes. Out comes a
`ParseResult`. `command` is the door for users.
"""
