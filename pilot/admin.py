"""Django's administration, behind the ordinary sign-in and in the scope of all organisations."""

from functools import wraps

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from organisations.scope import every_organisation


class PilotAdminSite(admin.AdminSite):
    site_header = site_title = _("Pilot administration")
    site_url = "/"
    enable_nav_sidebar = False  # it needs inline scripts, which our security policy refuses

    def admin_view(self, view, cacheable=False):
        guarded = super().admin_view(view, cacheable)

        @wraps(guarded)
        def in_scope(request, *args, **kwargs):
            with every_organisation():
                response = guarded(request, *args, **kwargs)
                if hasattr(response, "render"):
                    response.render()  # later, outside the scope, it would show no rows
                return response

        return in_scope

    def login(self, request, extra_context=None):
        """Sign in where everybody does: that form is rate-limited, Django's own is not."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next", reverse("admin:index")), reverse("account_login"))
