from django.urls import path

from assessments.views import imports, mine, organisation

app_name = "assessments"

HERE = "o/<slug:organisation>/"

urlpatterns = [
    path(f"{HERE}my-skills/", mine.show_skills, name="my-skills"),
    path(f"{HERE}my-skills/sharing/", mine.choose_sharing, name="share-levels"),
    path(f"{HERE}skills/", organisation.show_skills, name="skills"),
    path(f"{HERE}targets/", organisation.edit_targets, name="targets"),
    path(f"{HERE}assessments/", imports.list_imports, name="imports"),
    path(f"{HERE}assessments/import/", imports.import_results, name="import-results"),
    path(f"{HERE}assessments/import/<int:pk>/", imports.show_import, name="result-import"),
    path(f"{HERE}assessments/waiting/", imports.list_waiting, name="waiting"),
]
