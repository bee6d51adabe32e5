"""Invented organisations and people over four quarters, the same at every run.

`people` invents staff files, `pix_export` writes what Pix Orga would export, and `story` takes both through the same
domain functions that the pages use.
"""
