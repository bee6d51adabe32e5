"""Expressions of interest: taken from strangers, told to nobody but officers."""

from organisations.models import Interest, Programme


def receive(interest: Interest, language: str) -> None:
    """Keep it for the officers' board. A second form from the same address about the same organisation is dropped."""
    interest.programme = Programme.objects.get()
    interest.language = language[:5]
    waiting = interest.programme.interests.filter(
        answered_at=None, legal_id__iexact=interest.legal_id, contact_email__iexact=interest.contact_email
    )
    if not waiting.exists():
        interest.save()
