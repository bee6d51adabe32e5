from django.urls import path

from reporting import views

app_name = "reporting"

urlpatterns = [
    path("programme/reports/", views.list_reports, name="reports"),
    path("programme/reports/request/", views.ask_for_report, name="request-report"),
    path("programme/reports/<int:pk>/", views.show_report, name="report"),
    path("programme/reports/<int:pk>/<slug:language>.pdf", views.download_report, name="download-report"),
]
