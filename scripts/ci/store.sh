#!/bin/sh
# What replicas share, against a real redis-server: the one that is there, else Debian's.
set -eu
cd "$(dirname "$0")/../.."

if ! command -v redis-server >/dev/null; then
  sudo=$(command -v sudo || true)
  $sudo apt-get update -qq
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends redis-server
fi
node scripts/bootstrap.js

report=$(mktemp)
trap 'rm -f "$report"' EXIT
status=0
npx vitest run --config test/store/vitest.config.ts --root . \
  --reporter=default --reporter=json --outputFile.json="$report" || status=$?
node -p '
  const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(
    require("node:fs").readFileSync(process.argv[1], "utf8"));
  `${numPassedTests} passed, ${Math.max(numFailedTests, numFailedTestSuites > 0 ? 1 : 0)} failed`
' "$report"
exit "$status"
