# Template databases: plain Odoo with the merchant's usual apps; the same with our addon, its service user and their keys;
# and, for who asks for it, with the sample catalogue. Cloning one takes a third of a second, making one half a minute. Each is named by a hash of what went in.

MODULES=sale_management,sale_stock,stock_delivery,account,purchase

make_plain_template() {
  mkdir -p "$HOME_DIR/templates" "$HOME_DIR/data"
  PLAIN="odoo_plain_$(printf '%s' "$(cat "$ODOO_ROOT/version")$MODULES$(declare -f fill_plain)" | hash_of)"
  exists "$PLAIN" || make_template "$PLAIN" template0 fill_plain
}

make_bridge_template() {
  [ -f "$ADDON/__manifest__.py" ] || fail "the addon is missing: $ADDON"
  BRIDGE="odoo_bridge_$(printf '%s' "$PLAIN$(addon_hash)$(declare -f fill_bridge)" | hash_of)"
  exists "$BRIDGE" && [ -s "$(keys_of "$BRIDGE")" ] || make_template "$BRIDGE" "$PLAIN" fill_bridge
}

make_seeded_template() {
  SEEDED="odoo_seeded_$(printf '%s' "$BRIDGE$(seed_hash)$(declare -f fill_seeded)" | hash_of)"
  exists "$SEEDED" || make_template "$SEEDED" "$BRIDGE" fill_seeded
}

# Made under another name and renamed when complete; nobody may connect to a template, a connection would block cloning.
# (The fill functions chain with && because bash's errexit does not reach into them.)
make_template() {
  local name=$1 from=$2 fill=$3 started=$SECONDS
  say "making the database template $name"
  dropdb --if-exists --force "making_$name"
  createdb -T "$from" "making_$name"
  ("$fill" "making_$name" "$name") > "$HOME_DIR/templates/$name.log" 2>&1 ||
    { tail -30 "$HOME_DIR/templates/$name.log" >&2; fail "the template $name could not be made"; }
  exists "$name" && drop_template "$name"
  sql -c "alter database \"making_$name\" rename to \"$name\"" -c "alter database \"$name\" with is_template true allow_connections false"
  prune_templates "${name%_*}"
  say "made in $((SECONDS - started)) s"
}

fill_plain() {
  # Files kept in the database are cloned with it, and bundles made once are not made by every clone.
  odoo_on "$1" -i "$MODULES" --without-demo=True --stop-after-init && odoo_on "$1" shell <<'PY'
env['ir.config_parameter'].set_param('ir_attachment.location', 'db')
env['ir.attachment'].force_storage()
env['ir.qweb']._pregenerate_assets_bundles()
env.cr.commit()
PY
}

fill_bridge() {
  local secret keys
  secret="whsec_$(head -c 24 /dev/urandom | base64)"
  keys=$(keys_of "$2")
  odoo_on "$1" -i clarity_bridge --stop-after-init && {
    printf 'ODOO_WEBHOOK_SECRET=%s\n' "$secret"
    ODOO_WEBHOOK_SECRET=$secret odoo_on "$1" shell < <(cat "$REPO/scripts/odoo-service-user.py" - <<'PY'

key = env(user=env.ref('base.user_admin'))['res.users.apikeys']._generate(None, 'Local development', None)
env.cr.commit()
print('ODOO_ADMIN_API_KEY=' + key)
PY
    )
  } | sed -n 's/^KEY=/ODOO_API_KEY=/; /^ODOO_[A-Z_]*=/p' > "$keys.new" &&
    chmod 600 "$keys.new" && grep -q '^ODOO_ADMIN_API_KEY=.' "$keys.new" && grep -q '^ODOO_API_KEY=.' "$keys.new" && mv "$keys.new" "$keys"
}

# Over RPC, as the administrator; what the addon noticed of it is not for the clones' receivers.
fill_seeded() {
  describe_database "$1" && start_server "$1" 0 0 && run_seed "$1" ODOO_WEBHOOK_SECRET= && kill_server "$1" &&
    sql -d "$1" -c 'delete from clarity_event' && rm -rf "$HOME_DIR/servers/$1"
}

# The password comes from PGPASSWORD, where `ps` does not show it.
odoo_on() {
  local database=$1 subcommand=()
  shift
  [ "${1:-}" != shell ] || { subcommand=(shell); shift; }
  odoo "${subcommand[@]}" -d "$database" --db_host "$PGHOST" --db_port "$PGPORT" --db_user "$PGUSER" \
    --addons-path "$SITE/odoo/addons,$REPO/odoo-bridge" --data-dir "$HOME_DIR/data" --no-http "$@"
}

odoo_shell() { start_cluster && odoo_on "$1" shell 2> "$HOME_DIR/shell.log" || { tail -20 "$HOME_DIR/shell.log" >&2; return 1; }; }

ensure_database() { exists "$1" || clone_database "$1" "$BRIDGE"; }

clone_database() {
  drop_database "$1"
  createdb -T "$2" "$1"
  describe_database "$1"
  printf '%s' "${ODOO_TEST_OWNER:-}" > "$HOME_DIR/servers/$1/owner"
}

describe_database() {
  mkdir -p "$HOME_DIR/servers/$1"
  cp "$(keys_of "$BRIDGE")" "$HOME_DIR/servers/$1/keys"
  addon_hash > "$HOME_DIR/servers/$1/addon"
}

drop_database() {
  start_cluster
  kill_server "$1"
  dropdb --if-exists --force "$1"
  rm -rf "$HOME_DIR/servers/$1"
}

# Databases and copies of test runs that were killed before they could clean up.
sweep_orphans() {
  local owner name copy
  for copy in "$HOME_DIR"/copies/[1-9]*_*; do
    [ -d "$copy" ] && ! kill -0 "$(basename "${copy%_*}")" 2> /dev/null || continue
    ODOO_HOME=$copy bash "$REPO/scripts/odoo.sh" down 9>&-
    rm -rf "$copy"
  done
  for owner in "$HOME_DIR"/servers/*/owner; do
    name=$(basename "$(dirname "$owner")")
    if [ -s "$owner" ] && ! owner_lives "$name"; then drop_database "$name"; fi
  done
}

owner_lives() {
  local owner
  owner=$(cat "$HOME_DIR/servers/$1/owner" 2> /dev/null) && [ -n "$owner" ] && kill -0 "$owner" 2> /dev/null
}

# First as most merchants have it, then with manufacturing, which brings the addon's part for kits along.
test_addon() {
  local database="addon_test_$$" log="$HOME_DIR/addon_test_$$.log" code=0
  createdb -T "$PLAIN" "$database"
  odoo_on "$database" --http-interface 127.0.0.1 --http-port "$(free_port)" \
    -i clarity_bridge --test-tags "${ODOO_TEST_TAGS:-/clarity_bridge}" --stop-after-init > "$log" 2>&1 || code=$?
  if [ -z "${ODOO_TEST_TAGS:-}" ]; then
    odoo_on "$database" --http-interface 127.0.0.1 --http-port "$(free_port)" \
      -i mrp --test-tags /clarity_bridge_mrp --stop-after-init >> "$log" 2>&1 || code=$?
  fi
  dropdb --if-exists --force "$database"
  cat "$log"
  rm "$log"
  return $code
}

exists() { [ "$(sql -c "select 1 from pg_database where datname = '$1'")" = 1 ]; }
keys_of() { printf '%s/templates/%s.env' "$HOME_DIR" "$1"; }
hash_of() { sha256sum | cut -c1-10; }

addon_hash() {
  (cd "$ADDON" && find . -type f -not -path '*/__pycache__/*' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum &&
    sha256sum < "$REPO/scripts/odoo-service-user.py") | hash_of
}

seed_hash() {
  (cd "$REPO" && find scripts/seed-odoo.ts scripts/seed-odoo clarity-extension/sandbox/catalogue.ts -type f -print0 | LC_ALL=C sort -z |
    xargs -0 sha256sum) | hash_of
}

drop_template() {
  sql -c "alter database \"$1\" with is_template false"
  dropdb --force "$1"
}

# The three newest of a kind stay: another run may be cloning one of them.
prune_templates() {
  local old
  for old in $(sql -c "select datname from pg_database where datname like '$1\\_%' and datistemplate order by oid desc offset 15"); do
    drop_template "$old"
    rm -f "$HOME_DIR/templates/$old".*
  done
}
