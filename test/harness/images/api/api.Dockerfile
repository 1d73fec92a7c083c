# An API to put under load, the same everywhere: Debian's Python with its clients of PostgreSQL and Redis.
FROM prewarm-test/base
RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends python3 python3-psycopg2 python3-redis >/dev/null \
 && rm -rf /var/lib/apt/lists/*
ENV PYTHONUNBUFFERED=1
COPY api.py /api.py
EXPOSE 8080
# It listens as soon as all is there. Seldom and without more of Python than is needed, since it takes of the same limit as the requests.
HEALTHCHECK --interval=30s --timeout=5s CMD ["python3", "-S", "-E", "-c", "import os, socket; socket.create_connection(('127.0.0.1', int(os.environ.get('PORT', '8080'))), 2)"]
CMD ["python3", "/api.py"]
