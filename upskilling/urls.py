app_name = "upskilling"

urlpatterns = []
