#!/usr/bin/env bash
# Runs the tests that need a real Keycloak, the clients that people run, and a browser: test/providers.
# Arguments go to vitest. What is missing is installed by scripts/clients.sh.
set -euo pipefail
cd "$(dirname "$0")/../.."
export PORTCULLIS_CI_CACHE=${PORTCULLIS_CI_CACHE:-$HOME/.cache/portcullis-ci}

scripts/clients.sh
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
