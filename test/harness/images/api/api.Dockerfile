# An API to put under load, the same everywhere: Debian's Python with its clients of PostgreSQL and Redis.
FROM prewarm-test/base
RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends python3 python3-psycopg2 python3-redis >/dev/null \
 && rm -rf /var/lib/apt/lists/*
ENV PYTHONUNBUFFERED=1
COPY api.py /api.py
EXPOSE 8080
HEALTHCHECK --interval=2s --timeout=2s --retries=30 CMD ["python3", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ.get('PORT', '8080') + '/health')"]
CMD ["python3", "/api.py"]
