"""Every address. Pages of one organisation live under /o/<its short name>/, those of the programme elsewhere."""

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.generic import RedirectView

from organisations.views import home
from pilot import design, views

urlpatterns = [
    path("", home.start, name="home"),
    path("", include("organisations.urls")),
    path("", include("assessments.urls")),
    path("", include("mentoring.urls")),
    path("", include("upskilling.urls")),
    path("", include("reporting.urls")),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("health/", views.health, name="health"),
    # Asked for by browsers on pages that are not ours, such as the administration's.
    path(
        "favicon.ico",
        login_not_required(RedirectView.as_view(url=f"{settings.STATIC_URL}img/favicon.svg")),
        name="favicon",
    ),
    path("accounts/email/", views.own_address, name="account_email"),  # before allauth's, which changes it
    path("accounts/", include("allauth.account.urls")),
    path("api/", login_not_required(RedirectView.as_view(pattern_name="api-reference")), name="api"),
    path("api/v1/", include("pilot.api_urls")),
    path("admin/", admin.site.urls),
]
if settings.ENVIRONMENT == "development":
    urlpatterns.append(path("design/", design.design, name="design"))

handler400 = "pilot.views.bad_request"
handler403 = "pilot.views.permission_denied"
handler404 = "pilot.views.page_not_found"
handler500 = "pilot.views.server_error"
