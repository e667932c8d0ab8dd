# A PostgreSQL cluster of our own in ODOO_HOME: on loopback, with a password of its own, on a free port.

PGDATA_DIR="$HOME_DIR/pg"

start_cluster() {
  [ -s "$PGDATA_DIR/PG_VERSION" ] || create_cluster
  if ! cluster_runs; then
    # A restart keeps its port, or the servers that use it would not find it again.
    [ -s "$HOME_DIR/pgport" ] && port_is_free "$(cat "$HOME_DIR/pgport")" || free_port > "$HOME_DIR/pgport"
    # Odoo's workers and several test servers share it; TCP only, so that no socket folder is needed.
    # A copy and what was killed are in recovery at their start: opening each of their files to sync it takes a minute.
    as_postgres "$(pg_bin)/pg_ctl" -D "$PGDATA_DIR" -s -w -l "$PGDATA_DIR/log" \
      -o "-p $(cat "$HOME_DIR/pgport") -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=300 -c recovery_init_sync_method=syncfs" start >&2 9>&- ||
      { as_postgres tail -5 "$PGDATA_DIR/log" >&2; fail 'PostgreSQL does not start'; }
  fi
  export_cluster
}

create_cluster() {
  say 'creating a PostgreSQL cluster'
  (umask 077 && head -c 18 /dev/urandom | base64 | tr '+/' 'ab' > "$HOME_DIR/pgpassword")
  rm -rf "$PGDATA_DIR" && mkdir -m 700 "$PGDATA_DIR"
  [ "$(id -u)" != 0 ] || chown postgres: "$PGDATA_DIR" "$HOME_DIR/pgpassword"
  as_postgres test -w "$PGDATA_DIR" || fail "user postgres cannot reach $HOME_DIR: choose another ODOO_HOME"
  as_postgres "$(pg_bin)/initdb" -D "$PGDATA_DIR" -U clarity -E UTF8 --locale=C.UTF-8 --auth=scram-sha-256 --pwfile="$HOME_DIR/pgpassword" \
    > "$HOME_DIR/initdb.log" 2>&1 || { tail -5 "$HOME_DIR/initdb.log" >&2; fail 'initdb failed'; }
}

cluster_runs() { [ -d "$PGDATA_DIR" ] && as_postgres "$(pg_bin)/pg_ctl" -D "$PGDATA_DIR" status > /dev/null 2>&1; }

stop_cluster() {
  cluster_runs || return 0
  as_postgres "$(pg_bin)/pg_ctl" -D "$PGDATA_DIR" -s -m fast stop >&2
  say 'stopped'
}

# As when the machine takes it away: no checkpoint, no farewell. Its children notice by themselves, and a start must not meet them.
kill_cluster() {
  local parent children child
  cluster_runs || return 0
  parent=$(as_postgres head -1 "$PGDATA_DIR/postmaster.pid")
  children=$(ps -o pid= --ppid "$parent" || true)
  kill -KILL "$parent"
  for child in $children; do
    while kill -0 "$child" 2> /dev/null; do sleep 0.05; done
  done
  say 'killed'
}

# The packages are shared, the cluster is copied as it runs. Prints the new home.
copy_home() {
  local home="$HOME_DIR/copies/${ODOO_TEST_OWNER:-0}_$$"
  mkdir -p "$home/data" && chmod a+x "$HOME_DIR/copies" "$home"
  ln -s "$ODOO_ROOT" "$home/root"
  cp -R "$HOME_DIR/templates" "$home/templates"
  cp -p "$HOME_DIR/pgpassword" "$home/pgpassword"
  pg_basebackup -D "$home/pg" -X stream -c fast
  [ "$(id -u)" != 0 ] || chown -R postgres: "$home/pg"
  printf 'ODOO_HOME=%s\n' "$home"
}

export_cluster() {
  export PGHOST=127.0.0.1 PGUSER=clarity PGPASSWORD PGPORT PGDATABASE=postgres PGOPTIONS='-c client_min_messages=warning'
  PGPASSWORD=$(cat "$HOME_DIR/pgpassword")
  PGPORT=$(cat "$HOME_DIR/pgport")
}

print_cluster() {
  printf 'ODOO_TEST_HOME=%s\nODOO_TEST_POSTGRES=postgres://clarity:%s@127.0.0.1:%s\n' "$HOME_DIR" "$PGPASSWORD" "$PGPORT"
}

pg_bin() { printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -1; }

# PostgreSQL refuses to run as root.
as_postgres() {
  if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

free_port() {
  /usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

sql() { psql -qAtX -v ON_ERROR_STOP=1 "$@"; }
