from django.urls import path

from organisations.views import enrolment, home, invitations, people, programme, tokens

app_name = "organisations"

urlpatterns = [
    path("language/", home.set_language, name="set-language"),
    path("invitations/<str:token>/", invitations.accept_invitation, name="accept-invitation"),
    path("invitations/<str:token>/again/", invitations.send_again, name="send-invitation-again"),
    path("programme/", programme.list_organisations, name="programme"),
    path("programme/organisations/add/", programme.create_organisation, name="create-organisation"),
    path("programme/organisations/<slug:slug>/", programme.show_organisation, name="organisation"),
    path("programme/organisations/<slug:slug>/invite/", programme.invite_manager, name="invite-hr"),
    path(
        "programme/organisations/<slug:slug>/invitations/<int:pk>/revoke/",
        programme.revoke_invitation,
        name="revoke-invitation",
    ),
    path("o/<slug:organisation>/", home.show_organisation, name="home"),
    path("o/<slug:organisation>/people/invite/", invitations.invite_people, name="invite-people"),
    path("o/<slug:organisation>/tokens/", tokens.api_tokens, name="api-tokens"),
    path("o/<slug:organisation>/tokens/<int:pk>/revoke/", tokens.revoke_token, name="revoke-token"),
    path("o/<slug:organisation>/people/", people.list_people, name="people"),
    path("o/<slug:organisation>/people/add/", people.add_person, name="add-person"),
    path("o/<slug:organisation>/people/<int:pk>/", people.show_person, name="person"),
    path("o/<slug:organisation>/people/import/", enrolment.import_people, name="import-people"),
    path("o/<slug:organisation>/people/import/<int:pk>/", enrolment.show_import, name="people-import"),
]
