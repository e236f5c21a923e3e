#!/usr/bin/env bash
# Runs a command with SIYU_DATABASE_URL set to a private PostgreSQL server of its own, gone afterwards.
#   build_tools/postgres.sh COMMAND [ARGUMENT…]
set -euo pipefail

binaries=$(command -v initdb || ls -d /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -V | tail -n 1)
if [ -z "$binaries" ]; then
  echo "No PostgreSQL server found: apt-get install postgresql" >&2
  exit 1
fi
binaries=$(dirname "$(readlink -f "$binaries")")

# initdb and the server refuse to run as root.
as_server=()
[ "$(id -u)" -ne 0 ] || as_server=(runuser -u postgres --)

home=$(mktemp -d "${TMPDIR:-/tmp}/siyu-postgres.XXXXXX")
[ "$(id -u)" -ne 0 ] || chown postgres "$home"

stop() {
  "${as_server[@]}" "$binaries/pg_ctl" --pgdata="$home/data" --mode=immediate stop >/dev/null 2>&1 || true
  rm -rf "$home"
}
trap stop EXIT
trap 'exit 130' INT TERM

port=$("${PY:-python3}" -c \
  'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')

cd "$home"
"${as_server[@]}" "$binaries/initdb" --pgdata="$home/data" --username=siyu --auth=trust \
  --encoding=UTF8 --locale=C.UTF-8 >/dev/null
# The data dies with the run, so waiting for the disk would buy nothing.
"${as_server[@]}" "$binaries/pg_ctl" --pgdata="$home/data" --log="$home/log" --wait --silent start \
  --options="-h 127.0.0.1 -p $port -k $home -c fsync=off -c synchronous_commit=off \
    -c full_page_writes=off -c max_connections=200" || { cat "$home/log" >&2; exit 1; }
"${as_server[@]}" "$binaries/createdb" --host=127.0.0.1 --port="$port" --username=siyu siyu
cd "$OLDPWD"

export SIYU_DATABASE_URL="postgresql://siyu@127.0.0.1:$port/siyu"
env "$@"
