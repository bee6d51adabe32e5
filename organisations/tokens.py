"""Keys to the API: made once, shown once, known by their digest from then on."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.crypto import salted_hmac

from organisations.models import ApiToken, Organisation, User, digest_of


def make_token(
    organisation: Organisation, user: User, name: str, days: int, form: UUID
) -> tuple[ApiToken, str]:
    """A new key and its secret. The same form sent twice, by a second click or a reload, is one key."""
    made_from = f"{organisation.pk}-{user.pk}-{form}"
    secret = "dsrp_" + salted_hmac("api-token", made_from, algorithm="sha256").hexdigest()
    token, _is_new = ApiToken.objects.get_or_create(
        organisation=organisation,
        digest=digest_of(secret),
        defaults={
            "name": name,
            "created_by": user,
            "expires_at": timezone.now() + timedelta(days=days),
        },
    )
    return token, secret
