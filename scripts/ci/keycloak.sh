#!/usr/bin/env bash
# Runs the tests that need a real Keycloak, the clients that people run, and a browser: test/providers.
# Arguments go to vitest. What is missing is installed: a JDK, maven, unzip and Chromium by apt, the
# rest into a cache outside the project ($PORTCULLIS_CI_CACHE).
set -euo pipefail
cd "$(dirname "$0")/../.."
export PORTCULLIS_CI_CACHE=${PORTCULLIS_CI_CACHE:-$HOME/.cache/portcullis-ci}

# command:package
missing=()
for need in java:default-jdk-headless mvn:maven unzip:unzip curl:curl "${CHROMIUM:-chromium}":chromium; do
  command -v "${need%%:*}" >/dev/null || missing+=("${need#*:}")
done
if ((${#missing[@]} > 0)); then
  root=()
  if ((EUID != 0)); then root=(sudo); fi
  "${root[@]}" apt-get update -qq
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    "${missing[@]}" >/dev/null
fi

# A package at one version in a folder of its own, unless an earlier run has put it there.
fetch() {
  local folder=$PORTCULLIS_CI_CACHE/$1
  [[ -e $folder/installed ]] && return
  mkdir -p "$folder"
  npm install --prefix "$folder" --no-audit --no-fund --loglevel error "$2"
  touch "$folder/installed"
}
# The versions are those of test/providers/programs.ts.
fetch node-22 node@22.23.3
fetch inspector-2.12.0 @modelcontextprotocol/inspector@2.12.0
fetch mcp-remote-0.15.1 mcp-remote@0.15.1
fetch playwright-core-1.65.1 playwright-core@1.65.1

node scripts/bootstrap.js
scripts/keycloak/server.sh prepare
report=$(mktemp)
trap 'rm -f "$report"' EXIT
status=0
npx vitest run --config test/providers/vitest.config.ts --reporter=default --reporter=json \
  --outputFile.json="$report" "$@" || status=$?
# A file that cannot be loaded fails without any failed test in it.
node -p '
  const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(
    require("node:fs").readFileSync(process.argv[1], "utf8"));
  `${numPassedTests} passed, ${Math.max(numFailedTests, numFailedTestSuites > 0 ? 1 : 0)} failed`
' "$report"
exit "$status"
