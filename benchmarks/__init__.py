"""How fast the heavy parts are, each beside its floor: the least that the same work could cost, in the same run.

    python3 dev.py bench [NAMES]

A benchmark is a module here with `TITLE`, `LIMIT` (the largest ratio to its floor that we accept) and
`run() -> Measurement`.
"""
