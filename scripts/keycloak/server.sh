#!/usr/bin/env bash
# A real Keycloak from Maven Central for tests, without a container.
#
#   server.sh prepare               fetches and builds it, and sets the realms up; each once
#   server.sh run PORT FOLDER       a fresh copy of that in FOLDER, which must not exist, until SIGTERM
#
# Needs a JDK, maven and unzip. Everything but FOLDER is kept in $PORTCULLIS_CI_CACHE.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${PORTCULLIS_CI_CACHE:-$HOME/.cache/portcullis-ci}
version=26.7.3

# The server reads KC_ variables; only these two may reach it.
while read -r name; do unset "$name"; done < <(compgen -v KC_ || true)
export KC_BOOTSTRAP_ADMIN_USERNAME=admin KC_BOOTSTRAP_ADMIN_PASSWORD=admin
# A test server lives for minutes: no second compiler, little memory.
export JAVA_OPTS="-Xms64m -Xmx448m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:+ExitOnOutOfMemoryError -Djava.security.egd=file:/dev/urandom"
# What no test uses makes the server slower to start.
disabled=kerberos,ciba,device-flow,organization,passkeys,web-authn,recovery-codes,workflows,impersonation

built=$cache/keycloak-$version
realms=$cache/keycloak-$version-realms-$(cat "$here/server.sh" "$here/realms.js" | cksum | cut -d' ' -f1)

build() {
  [[ -f $built/finished ]] && return
  local plugin=org.apache.maven.plugins:maven-dependency-plugin:3.8.1
  mkdir -p "$cache"
  rm -rf "$built"
  mvn --batch-mode --quiet "$plugin:copy" -DoutputDirectory="$cache" \
    -Dartifact="org.keycloak:keycloak-quarkus-dist:$version:zip"
  unzip -q "$cache/keycloak-quarkus-dist-$version.zip" -d "$cache"
  rm "$cache/keycloak-quarkus-dist-$version.zip"
  "$built/bin/kc.sh" build --db=dev-file --features-disabled="$disabled"
  touch "$built/finished"
}

# The server makes its database, and the realms are set up the way an administrator does it.
set_up() {
  [[ -f $realms/finished ]] && return
  local work port pid status=0
  work=$(mktemp -d)
  port=$(free_port)
  copy "$work/keycloak"
  serve "$port" "$work/keycloak" >"$work/log" 2>&1 &
  pid=$!
  node "$here/realms.js" "http://localhost:$port" || status=$?
  kill -TERM "$pid" && wait "$pid" || true
  if ((status == 0)); then
    rm -rf "$cache/keycloak-$version-realms-"*
    mv "$work/keycloak/data" "$realms"
    touch "$realms/finished"
  else
    tail -n 40 "$work/log"
  fi
  rm -rf "$work"
  return $status
}

# The programs are shared with the cache, if it is on the same disk; the data is not.
copy() {
  cp -al "$built" "$1" 2>/dev/null || { rm -rf "$1" && cp -a "$built" "$1"; }
  rm -rf "$1/data"
}

serve() {
  exec "$2/bin/kc.sh" start --optimized --cache=local --http-enabled=true --http-host=127.0.0.1 --http-port="$1" \
    --hostname="http://localhost:$1"
}

free_port() {
  node -e 'const s = net.createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })'
}

prepare() {
  build >&2
  set_up >&2
}

case ${1:-} in
prepare) prepare ;;
run)
  prepare
  copy "$3"
  cp -a "$realms" "$3/data"
  serve "$2" "$3"
  ;;
*)
  echo "usage: server.sh prepare | run PORT FOLDER" >&2
  exit 64
  ;;
esac
