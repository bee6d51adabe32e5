"""/api/v1/: what a program may read of the organisation that its token belongs to."""

from csp.constants import SELF
from csp.decorators import csp_update
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from assessments.api import AssessmentViewSet
from mentoring.api import MentoringSessionViewSet, PairingViewSet
from organisations.api import PersonViewSet
from pilot import views
from reporting.api import FigureViewSet

router = SimpleRouter(use_regex_path=False)
router.register("people", PersonViewSet, "people")
router.register("assessments", AssessmentViewSet, "assessments")
router.register("pairings", PairingViewSet, "pairings")
router.register("sessions", MentoringSessionViewSet, "sessions")
router.register("figures", FigureViewSet, "figures")

# The reference draws its small icons from data: addresses.
reference = csp_update({"img-src": [SELF, "data:"]})(
    SpectacularSwaggerSplitView.as_view(url_name="api-schema")
)

urlpatterns = [
    path("", include(router.urls)),
    path("schema/", login_not_required(SpectacularAPIView.as_view()), name="api-schema"),
    path("reference/", login_not_required(reference), name="api-reference"),
    # Programs read JSON, also about an address that does not exist.
    path("<path:unknown>/", views.unknown_api_address, name="api-unknown"),
]
