#!/usr/bin/env bash
# A real Odoo 19 on loopback, from Debian's own packages, with its own PostgreSQL cluster: nothing of yours is touched.
#
#   npm run odoo -- up                 install what is missing, start Odoo with the addon and the sample catalogue,
#                                      print the environment: env $(npm run --silent odoo -- up) npm start
#   npm run odoo -- down               stop every server and the cluster; databases are kept
#   npm run odoo -- status             what runs where; exit code 3 if nothing does
#   npm run odoo -- restart [WORKERS]  restart the server of ODOO_DB, with so many worker processes (0: threads)
#   npm run odoo -- fresh-db NAME [seeded]   a new database with the addon and its service user, and the sample
#                                      catalogue if asked for; prints its environment
#   npm run odoo -- drop-db NAME       stop its server and delete it
#   npm run odoo -- start NAME [WORKERS] | stop NAME | kill NAME      the server of one database; kill is -9
#   npm run odoo -- shell NAME         Python from standard input, inside Odoo, as its superuser
#   npm run odoo -- prepare            only install and make the templates; prints how to reach the cluster
#   npm run odoo -- test-addon         the addon's own tests in Odoo's runner, on a new database
#   npm run odoo -- pot                the addon's texts for translators, anew into its i18n folder
#   npm run odoo -- copy-home          another home with a cluster of its own, for tests that stop the database server
#   npm run odoo -- stop-postgres | kill-postgres | start-postgres    that server
#
# Only the environment goes to standard output, everything else to standard error.
#
# ODOO_HOME  where all of it lives    /var/tmp/clarity-odoo, kept between runs; delete it to start over
# ODOO_DB    the database of up       store
# ODOO_PORT  the port wished for up   8069; a free one when it is taken
# ODOO_ALSO_INSTALL  more Debian packages to install
# ODOO_TEST_TAGS  which of test-addon's tests   /clarity_bridge, e.g. /clarity_bridge:TestSender
# ODOO_TEST_OWNER  a process id: fresh-db's database goes when that process is gone
set -euo pipefail

REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
HOME_DIR=${ODOO_HOME:-/var/tmp/clarity-odoo}
DB=${ODOO_DB:-store}
PORT_WISH=${ODOO_PORT:-8069}
ADDON="$REPO/odoo-bridge/clarity_bridge"

say() { printf 'odoo: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

for part in packages cluster templates server; do
  # shellcheck source=/dev/null
  . "$REPO/scripts/odoo/$part.sh"
done

# Everything that several runs could do at once happens under this lock; servers must not inherit its descriptor (9).
under_lock() {
  mkdir -p "$HOME_DIR" && chmod a+x "$HOME_DIR"
  exec 9> "$HOME_DIR/lock"
  flock 9
  "$@"
  exec 9>&-
}

prepare_plain() {
  install_packages
  start_cluster
  sweep_orphans
  make_plain_template
}

prepare() {
  prepare_plain
  make_bridge_template
}

up() {
  under_lock prepare
  under_lock ensure_database "$DB"
  server_runs "$DB" || start_server "$DB" 0 "$PORT_WISH"
  under_lock seed "$DB"
  print_environment "$DB"
}

fresh_db() {
  under_lock prepare
  local template=$BRIDGE
  if [ "${2:-}" = seeded ]; then
    under_lock make_seeded_template
    template=$SEEDED
  fi
  under_lock clone_database "$1" "$template"
  print_environment "$1"
}

# Without the dates and line numbers that would make another file of the same texts.
pot() {
  local db="pot_$$"
  fresh_db "$db" > /dev/null
  odoo_shell "$db" > "$ADDON/i18n/clarity_bridge.pot.new" << 'PY'
import io, re, sys
from odoo.tools.translate import trans_export
texts = io.BytesIO()
trans_export(None, ["clarity_bridge"], texts, "po", env)
sys.stdout.write(re.sub(r'"(POT-Creation|PO-Revision)-Date: .*\n', "", texts.getvalue().decode()))
PY
  mv "$ADDON/i18n/clarity_bridge.pot.new" "$ADDON/i18n/clarity_bridge.pot"
  drop_database "$db"
}

down() {
  local server name busy=0
  for server in "$HOME_DIR"/servers/*/; do
    [ -d "$server" ] || continue
    name=$(basename "$server")
    if owner_lives "$name"; then busy=1; else stop_server "$name"; fi
  done
  if [ $busy = 1 ]; then say 'a test run still uses the cluster: it stays up'; else stop_cluster; fi
}

status() {
  cluster_runs || { say 'not running'; exit 3; }
  say "PostgreSQL on 127.0.0.1:$(cat "$HOME_DIR/pgport")"
  local server name
  for server in "$HOME_DIR"/servers/*/; do
    [ -d "$server" ] || continue
    name=$(basename "$server")
    if server_runs "$name"; then say "database $name at $(server_url "$name")"; else say "database $name is not served"; fi
  done
}

name_given() { [[ ${1:-} =~ ^[a-z][a-z0-9_]{0,50}$ ]] || fail 'name a database: small letters, digits and _'; }

main() {
  local command=${1:-}
  [ $# -gt 0 ] && shift
  case $command in
    up) up ;;
    down) down ;;
    status) status ;;
    prepare) under_lock prepare; print_cluster ;;
    fresh-db) name_given "$@"; fresh_db "$@" ;;
    drop-db) name_given "$@"; drop_database "$1" ;;
    start) name_given "$@"; start_server "$1" "${2:-0}" 0; print_environment "$1" ;;
    stop) name_given "$@"; stop_server "$1" ;;
    kill) name_given "$@"; kill_server "$1" ;;
    restart) stop_server "$DB"; start_server "$DB" "${1:-0}" "$PORT_WISH"; print_environment "$DB" ;;
    shell) name_given "$@"; odoo_shell "$1" ;;
    test-addon) under_lock prepare_plain; test_addon ;;
    pot) pot ;;
    copy-home) under_lock prepare; copy_home ;;
    stop-postgres) stop_cluster ;;
    kill-postgres) kill_cluster ;;
    start-postgres) start_cluster ;;
    *) sed -n '2,29s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
}

# Read as a whole before it runs, so that editing this file disturbs nobody.
main "$@"; exit
