"""What may be asked of `dev.py run`."""

from argparse import ArgumentTypeError

import pytest

from pilot.development.run import port_number


def test_a_port_is_a_number_in_its_range():
    assert [port_number(text) for text in ("1", "8000", "65535")] == [1, 8000, 65535]


@pytest.mark.parametrize("text", ["", "0", "65536", "-1", "abc", "80.5", "²"])
def test_anything_else_is_refused_with_a_sentence(text):
    with pytest.raises(ArgumentTypeError, match="a port is a number from 1 to 65535"):
        port_number(text)
