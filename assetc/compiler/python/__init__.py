"""What a Python model file says about its assets, without importing it.

`read_python.read_python` is the entry; `complete_python` adds what an import of the file found. To read on:

1. `reading.py`: the result. `python_text.py`, `parse.py`: the text of a file, and places in it.
2. `follow/`: code is followed statement by statement without running it (`machine.py`, `statements.py`,
   `expressions.py`, `calls.py`), on values that are partly known (`values.py`, `known.py`).
3. `library/`: what functions and methods give that are not the project's own: Python's, and assetc's.
4. `body/`: which relations a body reads and writes (`follow_body.py`). `known_calls.py` lists the calls that take SQL
   or names of tables, `observe_calls.py` makes notes of them, `embedded_sql.py` reads SQL in a string with holes.
5. `definition/`: from a decorator and its function to a `PythonAsset` (`build_asset.py`).
"""
