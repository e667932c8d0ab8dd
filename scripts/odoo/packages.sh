# Odoo's own package is in Debian's suite sid only. It is downloaded with private apt state, its signature checked by the
# keyring that the machine already trusts, and unpacked beside the system; what it needs comes from the machine's release.

# Copies link to it: what is compiled once is found under one path.
ODOO_ROOT=$(readlink -m "$HOME_DIR/root")
SITE="$ODOO_ROOT/usr/lib/python3/dist-packages"

# The script and font packages hold what the web client's asset bundles link to.
ODOO_PACKAGES=(odoo-19 libjs-jquery libjs-jquery-form libjs-underscore fonts-glyphicons-halflings fonts-inconsolata
  fonts-font-awesome fonts-montserrat fonts-ocr-b fonts-roboto-unhinted)

SYSTEM_PACKAGES=(curl postgresql python3-asn1crypto python3-babel python3-cbor2 python3-chardet python3-cryptography
  python3-dateutil python3-docutils python3-freezegun python3-geoip2 python3-gevent python3-greenlet python3-idna
  python3-jinja2 python3-libsass python3-lxml python3-magic python3-markupsafe python3-num2words python3-ofxparse
  python3-openpyxl python3-openssl python3-passlib python3-pil python3-polib python3-psutil python3-psycopg2 python3-pypdf
  python3-qrcode python3-reportlab python3-requests python3-rjsmin python3-serial python3-stdnum python3-tz
  python3-urllib3 python3-usb python3-vobject python3-werkzeug python3-xlrd python3-xlsxwriter python3-xlwt python3-zeep
  ${ODOO_ALSO_INSTALL:-})

install_packages() {
  local unpacked=0
  [ -s "$ODOO_ROOT/version" ] && unpacked=1
  if [ $unpacked = 0 ] || ! system_packages_present; then
    [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null ||
      fail "needs root on Debian to install packages. Run it as root once, or install: ${SYSTEM_PACKAGES[*]}"
  fi
  local unpacking=
  if [ $unpacked = 0 ]; then
    unpack_odoo & unpacking=$!
  fi
  system_packages_present || install_system_packages
  [ -z "$unpacking" ] || wait "$unpacking" || fail 'Odoo could not be downloaded (see above)'
}

system_packages_present() {
  local present
  present=$(dpkg-query -W -f '${db:Status-Status}\n' "${SYSTEM_PACKAGES[@]}" 2> /dev/null | grep -c '^installed$' || true)
  [ "$present" = "${#SYSTEM_PACKAGES[@]}" ]
}

install_system_packages() {
  say "installing PostgreSQL and ${#SYSTEM_PACKAGES[@]} Python packages"
  apt-get -qq update >&2
  DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "${SYSTEM_PACKAGES[@]}" > "$HOME_DIR/apt.log" 2>&1 ||
    { tail -20 "$HOME_DIR/apt.log" >&2; fail 'apt-get install failed'; }
}

unpack_odoo() {
  say 'downloading Odoo 19'
  local apt="$HOME_DIR/apt" deb
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/debs"
  printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s sid main\n' "$(mirror)" > "$apt/sources.list"
  local sid=(-o "Dir::State::Lists=$apt/lists" -o "Dir::Etc::SourceList=$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o "Dir::Cache=$apt/cache" -o Acquire::Languages=none -o APT::Sandbox::User=root -qq)
  apt-get "${sid[@]}" update >&2 || return 1
  (cd "$apt/debs" && apt-get "${sid[@]}" download "${ODOO_PACKAGES[@]}") >&2 || return 1
  rm -rf "$ODOO_ROOT.new" && mkdir "$ODOO_ROOT.new"
  for deb in "$apt"/debs/*.deb; do dpkg -x "$deb" "$ODOO_ROOT.new" || return 1; done
  dpkg-deb -f "$(ls -t "$apt"/debs/odoo-19_*.deb | head -1)" Version > "$ODOO_ROOT.new/version"
  rm -rf "$ODOO_ROOT" && mv "$ODOO_ROOT.new" "$ODOO_ROOT"
}

# The mirror the machine already uses, whatever the format of its sources.
mirror() {
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | sort -u | head -1
}

# What Python makes of Odoo's sources and the addon's is kept apart from them: without it each start compiles a thousand files again.
export PYTHONPYCACHEPREFIX="${ODOO_ROOT%/*}/pycache" PYTHONDONTWRITEBYTECODE=

# For what ends by itself; the limit is for a test that does not, whose name is then the last line of its log.
odoo() {
  PYTHONPATH="$SITE" timeout --foreground -k 10 1200 /usr/bin/python3 "$ODOO_ROOT/usr/bin/odoo" "$@"
}
