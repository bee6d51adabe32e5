"""How signing in differs from allauth's defaults."""

import logging

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse

from pilot.views import come_back_later

logger = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        """Accounts come from invitations only."""
        return False

    def send_mail(self, template_prefix, email, context):
        """When the mail server is away, say so: to addresses that we know and to others alike."""
        try:
            super().send_mail(template_prefix, email, context)
        except OSError as error:  # smtplib's own are OSErrors, too
            logger.error("A mail (%s) can't be sent: %r", template_prefix, error)
            raise ImmediateHttpResponse(come_back_later()) from error
