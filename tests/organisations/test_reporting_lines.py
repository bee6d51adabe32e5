"""Circles of managers among many people."""

import pytest

from organisations.reporting_lines import find_circles


@pytest.mark.parametrize(
    ("manager_of", "circles"),
    [
        ({}, []),
        ({1: None, 2: 1, 3: 2}, []),
        ({1: "not here", 2: 1}, []),
        ({1: 1}, [[1]]),
        ({1: 2, 2: 3, 3: 1}, [[1, 2, 3]]),
        ({1: 2, 2: 3, 3: 2, 4: 1}, [[2, 3]]),
        ({1: 2, 2: 1, 3: 4, 4: 3, 5: None}, [[1, 2], [3, 4]]),
    ],
)
def test_every_circle_is_found_once(manager_of, circles):
    assert list(find_circles(manager_of)) == circles
