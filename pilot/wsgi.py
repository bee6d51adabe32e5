"""What gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pilot.settings")
os.environ.setdefault("PILOT_PROCESS", "web")

application = get_wsgi_application()

from pilot.checks import refuse_unsafe_start  # noqa: E402 - needs the settings

refuse_unsafe_start()
