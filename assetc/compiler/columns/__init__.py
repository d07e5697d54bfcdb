"""The output columns of a query.

`read_shape.py` reads a tree into a `Shape` (`shape.py`): names, and stars over what is upstream. It knows a query whole
or not at all, and types not; a binder of columns to their sources will take its place.
"""
