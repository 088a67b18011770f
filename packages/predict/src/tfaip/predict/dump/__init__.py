"""Samples in files, without pickle.

In: samples.
Out: a folder; and the other way round.

A dump is a folder:

samples.jsonl    JSON lines: a header, one line a sample, and at the end their number
arrays/N.npz     the arrays of chunk N, those of one name, dtype and shape stacked

The header is `{"format": "tfaip-samples", "format_version": 1, "checksums": "crc32", ...}` with whatever else the
writer was told to note. The last key of each line, `crc32`, is the checksum of the bytes before `,"crc32"`: eight
hexadecimal digits. A dump whose header has no `checksums` was written before there were any.

The line of a sample holds `chunk` and `arrays` (the checksum of `arrays/CHUNK.npz`, if there is one). `inputs`,
`outputs`, `targets` and `meta` follow where the sample has them. They are plain JSON, except for objects with one key:

{"__array__": [NAME, ROW]}    row ROW of the array NAME in `arrays/CHUNK.npz`, for instance `outputs/pred`
{"__texts__": [...]}          an array of texts, dtype object
{"__number__": "nan"}         a number that JSON does not have: nan, inf, -inf
{"__bytes__": "..."}          bytes, in base64
{"__items__": [[K, V], ...]}  a dict with keys that are no texts

A line `{"dtypes": {NAME: DTYPE}}` says of which NumPy dtype the plain numbers of that name are from there on; an empty
one means Python's own. A line `{"chunk": N, "state": ...}` marks a place from which a writer can go on. Tuples are read
as lists. The arrays of a chunk are written before its lines, so that whatever can be read is complete. A line or a
chunk that is damaged ends the dump as a cut does.

A prediction in parts is a folder of dumps: `part-03-of-16`, counted from 0. The lines of its samples have the key
`element`, the index of the input's element that the sample comes from. In its header, `part` is its number and the
number of parts. `made_by` names bundles, input and parameters, which all parts share.
"""

from tfaip.params.public_names import public_names

__getattr__, __dir__, __all__ = public_names(__name__)
