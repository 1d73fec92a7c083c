#!/bin/sh
# The official image's contract in short: initialise once, load the init files, then serve as the user postgres.
set -eu
if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA" && find "$PGDATA" \! -user postgres -exec chown postgres:postgres {} + && chmod 700 "$PGDATA"
  exec gosu postgres "$0" "$@"
fi
user="${POSTGRES_USER:-postgres}"
database="${POSTGRES_DB:-$user}"
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  : "${POSTGRES_PASSWORD:?must be set, as in the official image}"
  echo "$POSTGRES_PASSWORD" > /tmp/pw
  initdb -U "$user" --pwfile=/tmp/pw --auth-host=scram-sha-256 --auth-local=trust >/dev/null
  rm /tmp/pw
  echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf"
  echo "listen_addresses = '*'" >> "$PGDATA/postgresql.conf"
  pg_ctl -w -o "-c listen_addresses=''" start >/dev/null
  [ "$database" = postgres ] || psql -q -U "$user" -d postgres -c "create database \"$database\""
  for f in /docker-entrypoint-initdb.d/*; do
    case "$f" in
      *.sql) echo "running $f"; psql -q -v ON_ERROR_STOP=1 -U "$user" -d "$database" -f "$f" ;;
      *.sql.gz) gunzip -c "$f" | psql -q -v ON_ERROR_STOP=1 -U "$user" -d "$database" ;;
      *.sh) . "$f" ;;
    esac
  done
  pg_ctl -m fast -w stop >/dev/null
  echo "PostgreSQL init process complete; ready for start up."
fi
exec "$@"
