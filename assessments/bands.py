"""Levels put together in bands, so that a figure counts enough people."""

from collections.abc import Sequence

BANDS = ((0, 0), (1, 2), (3, 4), (5, 6), (7, 8))
NOT_MEASURED = len(BANDS)  # the place beside the bands
PLACE_OF_LEVEL = {None: NOT_MEASURED} | {
    level: place for place, (low, high) in enumerate(BANDS) for level in range(low, high + 1)
}


def band_names() -> list[str]:
    return [str(low) if low == high else f"{low}–{high}" for low, high in BANDS]


def place_of_mean(levels: Sequence[int | None]) -> int:
    """The band of an area: of the mean of its competences, for those measured in all of them."""
    if None in levels:
        return NOT_MEASURED
    mean = sum(levels) / len(levels)
    return next(place for place in range(len(BANDS)) if place == len(BANDS) - 1 or mean < BANDS[place + 1][0])
