# One image for every process of Souffleur: `python -m controller serve` unless told otherwise; the web UI is
# `python -m admin_ui serve`.
FROM python:3.11-slim-bookworm AS build
WORKDIR /app
COPY requirements.txt .
RUN python -m venv /app/.venv \
    && /app/.venv/bin/pip install --no-cache-dir --disable-pip-version-check -r requirements.txt

FROM node:24-bookworm-slim AS front
WORKDIR /app/admin_ui
COPY admin_ui/package.json admin_ui/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY admin_ui/vite.config.ts admin_ui/tsconfig.json ./
COPY admin_ui/shell shell
COPY admin_ui/editor editor
RUN npx vite build --logLevel error

FROM python:3.11-slim-bookworm
# The newest of Debian 12, for its security updates.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates espeak-ng fonts-dejavu-core nftables \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin souffleur \
    && install -d -o souffleur -g souffleur -m 0750 /etc/freeswitch /var/lib/souffleur \
        /var/lib/souffleur/sounds /var/lib/souffleur/prompts /var/lib/souffleur/cdr
COPY --from=build /app/.venv /app/.venv
COPY . /app
COPY --from=front /app/admin_ui/static/built /app/admin_ui/static/built
WORKDIR /app
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    SOUFFLEUR_DATA_DIR=/var/lib/souffleur
USER 10001
VOLUME /var/lib/souffleur
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s CMD ["python", "-m", "controller", "check"]
STOPSIGNAL SIGTERM
CMD ["python", "-m", "controller", "serve"]
