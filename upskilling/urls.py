from django.urls import path

from upskilling import views

app_name = "upskilling"

urlpatterns = [
    path("o/<slug:organisation>/my-learning/", views.my_learning, name="my-learning"),
    path("o/<slug:organisation>/catalogue/", views.list_offers, name="catalogue"),
    path("o/<slug:organisation>/catalogue/<int:pk>/", views.show_offer, name="offer"),
    path("o/<slug:organisation>/catalogue/<int:pk>/choose/", views.choose_offer, name="choose-offer"),
    path("o/<slug:organisation>/catalogue/<int:pk>/drop/", views.drop_offer, name="drop-offer"),
    path("o/<slug:organisation>/gaps/", views.show_gaps, name="gaps"),
]
