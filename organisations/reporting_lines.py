"""Who reports to whom, of many people at once."""

from collections.abc import Hashable, Iterator, Mapping


def find_circles(manager_of: Mapping[Hashable, Hashable]) -> Iterator[list]:
    """Every circle that reporting lines form, each once, as the people on it from one to the next above.

    A manager who is not among the keys ends a line.
    """
    finished = set()
    for start in manager_of:
        places, here = {}, start
        while here in manager_of and here not in finished and here not in places:
            places[here] = len(places)
            here = manager_of[here]
        if here in places:
            yield list(places)[places[here] :]
        finished.update(places)
