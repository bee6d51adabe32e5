"""Mail to one person at a time."""

from django.conf import settings
from django.core.mail import EmailMessage


def send_letter(reference: str, to: str, subject: str, body: str) -> None:
    """Hand a letter to the mail server. Raises `SMTPRecipientsRefused` where the server knows no such mailbox.

    The reference makes the letter's id, so that one that is delivered twice can be recognised.
    """
    host = settings.SITE_ADDRESS.split("//")[-1].split(":")[0]
    EmailMessage(
        subject=" ".join(subject.split()),  # names of organisations may hold line ends
        body=body,
        to=[to],
        headers={"Message-ID": f"<{reference}@{host}>"},
    ).send()
