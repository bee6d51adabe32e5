from django.urls import path

from assessments.views import (
    campaigns,
    connection,
    frameworks,
    imports,
    mine,
    organisation,
    reconciling,
    reflections,
)

app_name = "assessments"

HERE = "o/<slug:organisation>/"

urlpatterns = [
    path(f"{HERE}my-skills/", mine.show_skills, name="my-skills"),
    path(f"{HERE}my-skills/sharing/", mine.choose_sharing, name="share-levels"),
    path(f"{HERE}my-skills/data.csv", mine.download_csv, name="skills-csv"),
    path(f"{HERE}my-skills/data.json", mine.download_json, name="skills-json"),
    path(f"{HERE}my-skills/document/", mine.request_document, name="request-skills-document"),
    path(f"{HERE}my-skills/document/<int:pk>/", mine.show_document, name="skills-document"),
    path(f"{HERE}my-skills/document/<int:pk>/file/", mine.download_document, name="download-skills-document"),
    path(f"{HERE}my-skills/self-reflection/", reflections.reflect, name="self-reflection"),
    path(f"{HERE}skills/", organisation.show_skills, name="skills"),
    path("programme/skills/", organisation.compare_organisations, name="organisations"),
    path(f"{HERE}targets/", organisation.edit_targets, name="targets"),
    path(f"{HERE}assessments/", imports.list_imports, name="imports"),
    path(f"{HERE}assessments/import/", imports.import_results, name="import-results"),
    path(f"{HERE}assessments/import/<int:pk>/", imports.show_import, name="result-import"),
    path(
        f"{HERE}assessments/import/<int:pk>/competences/",
        imports.name_competences,
        name="unnamed-competences",
    ),
    path(f"{HERE}assessments/import/<int:pk>/undo/", imports.undo_import, name="undo-result-import"),
    path(f"{HERE}assessments/campaigns/", campaigns.list_campaigns, name="campaigns"),
    path(f"{HERE}assessments/campaigns/<int:pk>/", campaigns.show_campaign, name="campaign"),
    path(f"{HERE}assessments/waiting/", reconciling.list_waiting, name="waiting"),
    path(f"{HERE}assessments/waiting/<int:pk>/", reconciling.decide_identity, name="decide-identity"),
    path(f"{HERE}assessments/waiting/decided/", reconciling.list_decisions, name="decisions"),
    path(
        f"{HERE}assessments/waiting/decided/<int:pk>/reverse/",
        reconciling.reverse_decision,
        name="reverse-decision",
    ),
    path(f"{HERE}assessments/self-reflections/", reflections.import_file, name="import-self-reflections"),
    path(
        f"{HERE}assessments/self-reflections/template/",
        reflections.download_template,
        name="self-reflection-template",
    ),
    path(f"{HERE}assessments/pix/", connection.show_connection, name="pix-connection"),
    path(f"{HERE}assessments/pix/client/", connection.connect, name="connect-pix"),
    path(
        f"{HERE}assessments/pix/organisation/", connection.choose_organisation, name="choose-pix-organisation"
    ),
    path(f"{HERE}assessments/pix/test/", connection.test_connection, name="test-pix"),
    path(f"{HERE}assessments/pix/campaigns/", connection.follow_campaigns, name="follow-pix-campaigns"),
    path(f"{HERE}assessments/pix/read/", connection.synchronise, name="sync-pix"),
    path(f"{HERE}assessments/pix/end/", connection.disconnect, name="disconnect-pix"),
    path("programme/frameworks/", frameworks.list_frameworks, name="frameworks"),
    path("programme/frameworks/<int:pk>/publish/", frameworks.publish_framework, name="publish-framework"),
    path("programme/maps/<int:pk>/", frameworks.show_crosswalk, name="crosswalk"),
    path("programme/maps/<int:pk>/publish/", frameworks.publish_crosswalk, name="publish-crosswalk"),
]
