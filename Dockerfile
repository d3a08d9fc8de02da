# One image for web, worker, beat and the local Azure; the command says which it is.
FROM python:3.12-slim AS build
WORKDIR /srv/genkan
COPY requirements/base.lock requirements/base.lock
RUN python -m venv /srv/venv && /srv/venv/bin/pip install --no-cache-dir --require-hashes -r requirements/base.lock

FROM python:3.12-slim
RUN useradd --system --uid 10001 --home-dir /srv/state --create-home genkan
COPY --from=build /srv/venv /srv/venv
WORKDIR /srv/genkan
COPY . .
ENV PATH=/srv/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    GENKAN_STATE=/srv/state GENKAN_STATIC_ROOT=/srv/static REMAP_SIGTERM=SIGQUIT
# Translations and static files do not depend on the installation, so they are part of the image.
RUN python -m portal.running translate \
    && GENKAN_SECRET_KEY=only-while-building python manage.py collectstatic --no-input \
    && chown -R genkan /srv/static
USER genkan
EXPOSE 8000
CMD ["gunicorn", "portal.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", "--access-logfile", "-", "--worker-tmp-dir", "/dev/shm"]
