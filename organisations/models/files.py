"""What people upload."""

import hashlib

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisations.models.accounts import User
from organisations.models.organisations import Organisation


class StoredFileQuerySet(models.QuerySet):
    def keep(
        self,
        organisation,
        name,
        content,
        user=None,
        media_type="application/octet-stream",
    ):
        """Store an upload. The name is only shown, never used as a path."""
        return self.create(
            organisation=organisation,
            name=name[-200:],
            media_type=media_type,
            digest=hashlib.sha256(content).hexdigest(),
            size=len(content),
            content=content,
            created_by=user,
        )


class StoredFile(models.Model):
    """A file that somebody uploaded. It lives in the database, behind the same fence as the rows made from it."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="files")
    name = models.CharField(_("name"), max_length=200)
    media_type = models.CharField(_("type"), max_length=100)
    digest = models.CharField(_("SHA-256"), max_length=64)
    size = models.PositiveIntegerField(_("bytes"))
    content = models.BinaryField()
    created_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)
    created_at = models.DateTimeField(_("uploaded at"), default=timezone.now)

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("stored file"), _("stored files")
        ordering = ["-created_at", "-pk"]

    def __str__(self):
        return self.name
