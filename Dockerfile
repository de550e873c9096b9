FROM python:3.13-slim-trixie AS packages
COPY requirements.lock /tmp/requirements.lock
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /tmp/requirements.lock

FROM python:3.13-slim-trixie
RUN useradd --system --uid 10001 --create-home --home-dir /home/portal portal \
 && install -d -o portal -g portal /srv/portal /var/lib/portal/media /var/lib/portal/mock
COPY --from=packages /opt/venv /opt/venv
WORKDIR /srv/portal
COPY . .
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=portal.settings.prod \
    STATIC_ROOT=/srv/portal/staticfiles \
    MEDIA_ROOT=/var/lib/portal/media
# The settings ask for keys and addresses; collecting static files uses none of them and none of these stays.
RUN SECRET_KEY=build DATABASE_URL=postgres://build@/build PORTAL_KEYS=build:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
    PORTAL_INDEX_KEY=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
    python manage.py collectstatic --noinput --verbosity 0
USER portal
EXPOSE 8000
CMD ["gunicorn", "portal.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "8", \
     "--graceful-timeout", "25", "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]
