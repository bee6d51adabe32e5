"""No log holds a link that somebody could use."""

import logging

import pytest
from django.conf import settings

from pilot.logs import WithoutSecretLinks


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/invitations/4f2a/", "/invitations/…/"),
        ("/invitations/4f2a/again/", "/invitations/…/again/"),
        ("/accounts/password/reset/key/7-cq2/", "/accounts/password/reset/key/…/"),
        ("/o/acme/people/import/7/", "/o/acme/people/import/7/"),
    ],
)
def test_links_that_work_once_are_masked(path, logged):
    record = logging.LogRecord("django.request", logging.WARNING, "", 1, "%s: %s", ("Gone", path), None)

    assert WithoutSecretLinks().filter(record)
    assert record.getMessage() == f"Gone: {logged}"


def test_every_handler_masks_them():
    handlers = settings.LOGGING["handlers"].values()
    assert [handler["filters"] for handler in handlers] == [["without_secret_links"]]
