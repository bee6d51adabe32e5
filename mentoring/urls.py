from django.urls import path

from mentoring.views import mine, rounds

app_name = "mentoring"

ROUNDS, MINE = "o/<slug:organisation>/mentoring/", "o/<slug:organisation>/my-mentoring/"

urlpatterns = [
    path(ROUNDS, rounds.list_rounds, name="rounds"),
    path(f"{ROUNDS}open/", rounds.open_round, name="open-round"),
    path(f"{ROUNDS}<int:pk>/", rounds.show_round, name="round"),
    path(f"{ROUNDS}<int:pk>/left-out/", rounds.list_left_out, name="left-out"),
    path(f"{ROUNDS}<int:pk>/pair/", rounds.pair_round, name="pair-round"),
    path(f"{ROUNDS}<int:pk>/publish/", rounds.publish_round, name="publish-round"),
    path(f"{ROUNDS}<int:pk>/close/", rounds.close_round, name="close-round"),
    path(MINE, mine.show_mine, name="my-mentoring"),
    path(f"{MINE}rounds/<int:pk>/", mine.apply, name="apply"),
    path(f"{MINE}rounds/<int:pk>/withdraw/", mine.withdraw, name="withdraw"),
    path(f"{MINE}pairs/<int:pk>/log/", mine.log_session, name="log-session"),
    path(f"{MINE}sessions/<int:pk>/confirm/", mine.confirm_session, name="confirm-session"),
    path(f"{MINE}sessions/<int:pk>/decline/", mine.decline_session, name="decline-session"),
]
