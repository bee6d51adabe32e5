import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext


@pytest.fixture
def queries_of():
    """How many questions a page asks, without what opens and closes its transaction and scope."""

    def queries_of(client, path):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return sum(not re.search("SAVEPOINT|set_config", query["sql"]) for query in captured.captured_queries)

    return queries_of
