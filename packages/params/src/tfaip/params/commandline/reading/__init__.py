"""One pass over a line.

In come declarations and words. `options` splits the words, `binding` walks over the tree and takes the options of each
node, `assigning` changes the node. Out comes a `Parsed`: the tree, the arguments that exist, the mistakes.
"""
