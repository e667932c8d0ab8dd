# One Odoo server per database, each in servers/<database> with its configuration, port, process id, keys and log.

start_server() {
  local name=$1 workers=$2 wish=$3 home="$HOME_DIR/servers/$1"
  start_cluster
  server_runs "$name" && return
  [ -s "$home/keys" ] || fail "there is no database $name: make it with 'npm run odoo -- fresh-db $name'"
  upgrade_addon "$name"
  choose_port "$name" "$wish"
  configure "$name" "$workers"
  PYTHONPATH="$SITE" setsid /usr/bin/python3 "$ODOO_ROOT/usr/bin/odoo" -c "$home/odoo.conf" -d "$name" \
    >> "$home/log" 2>&1 < /dev/null 9>&- &
  echo $! > "$home/pid"
  until curl -sf -o /dev/null "$(server_url "$name")/web/health"; do
    kill -0 "$(cat "$home/pid")" 2> /dev/null || { tail -20 "$home/log" >&2; fail "the server of $name does not start"; }
    sleep 0.1
  done
  say "serving $name at $(server_url "$name")"
}

# A database outlives changes of the addon's files: bring it up to date before it is served.
upgrade_addon() {
  local home="$HOME_DIR/servers/$1"
  [ "$(cat "$home/addon")" = "$(addon_hash)" ] && return
  say "upgrading the addon in $1"
  odoo_on "$1" -u clarity_bridge --stop-after-init > "$home/upgrade.log" 2>&1 || { tail -20 "$home/upgrade.log" >&2; fail "the addon's upgrade failed"; }
  addon_hash > "$home/addon"
}

# The port it had, then the one wished for, then a free one: a restart keeps its address.
choose_port() {
  local home="$HOME_DIR/servers/$1" port
  for port in "$(cat "$home/port" 2> /dev/null || true)" "$2"; do
    [[ $port =~ ^[1-9][0-9]*$ ]] && port_is_free "$port" && { echo "$port" > "$home/port"; return; }
  done
  free_port > "$home/port"
}

port_is_free() {
  /usr/bin/python3 -c 'import socket, sys; s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("127.0.0.1", int(sys.argv[1])))' "$1" 2> /dev/null
}

configure() {
  local home="$HOME_DIR/servers/$1"
  (umask 077 && cat > "$home/odoo.conf") <<CONF
[options]
addons_path = $SITE/odoo/addons,$REPO/odoo-bridge
data_dir = $HOME_DIR/data
db_host = $PGHOST
db_port = $PGPORT
db_user = $PGUSER
db_password = $PGPASSWORD
http_interface = 127.0.0.1
http_port = $(cat "$home/port")
gevent_port = $(free_port)
list_db = False
workers = $2
CONF
}

# In order: requests in flight are answered first. `kill_server` does not wait for them.
stop_server() {
  local pid_file="$HOME_DIR/servers/$1/pid"
  server_runs "$1" && kill "$(cat "$pid_file")" 2> /dev/null || true
  for _ in {1..100}; do
    server_runs "$1" || break
    sleep 0.1
  done
  kill_server "$1"
}

kill_server() {
  local pid_file="$HOME_DIR/servers/$1/pid"
  # Its session holds its workers too.
  server_runs "$1" && kill -KILL -- "-$(cat "$pid_file")" 2> /dev/null || true
  rm -f "$pid_file"
}

server_runs() {
  local pid
  pid=$(cat "$HOME_DIR/servers/$1/pid" 2> /dev/null) && grep -qsz -- "$HOME_DIR/servers/$1/odoo.conf" "/proc/$pid/cmdline"
}

server_url() { printf 'http://127.0.0.1:%s' "$(cat "$HOME_DIR/servers/$1/port")"; }

seed() {
  local home="$HOME_DIR/servers/$1"
  [ -e "$home/seeded" ] && return
  say 'filling in the sample catalogue'
  run_seed "$1" >&2
  touch "$home/seeded"
}

# With further NAME=value that win over the database's own.
run_seed() {
  local name=$1
  shift
  # shellcheck disable=SC2046
  env $(print_environment "$name") "$@" PATH="$REPO/node_modules/.bin:$PATH" node "$REPO/scripts/seed-odoo.ts"
}

print_environment() {
  local home="$HOME_DIR/servers/$1"
  [ ! -s "$home/port" ] || printf 'ODOO_URL=%s\n' "$(server_url "$1")"
  printf 'ODOO_DB=%s\n' "$1"
  cat "$home/keys"
}
