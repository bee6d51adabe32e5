"""Logs name what happened and give no secret away."""

import logging
import re

# The links of invitations and of new passwords: whoever holds one can use it.
SECRET_LINKS = re.compile(r"(/invitations/|/password/reset/key/)[^/\s]+")


class WithoutSecretLinks(logging.Filter):
    """Django logs the path of every request that it refuses, and with a wrong address the link stays good."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        masked = SECRET_LINKS.sub(r"\1…", message)
        if masked != message:
            record.msg, record.args = masked, None
        return True
