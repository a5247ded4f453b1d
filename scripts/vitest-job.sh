#!/bin/sh
# Runs the tests of one vitest configuration and ends with the line that .ci/run counts with.
#   vitest-job.sh CONFIGURATION
set -eu
report=$(mktemp)
trap 'rm -f "$report"' EXIT
status=0
npx vitest run --config "$1" --root . \
  --reporter=default --reporter=json --outputFile.json="$report" || status=$?
# A file that cannot be loaded fails without any failed test in it.
node -p '
  const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(
    require("node:fs").readFileSync(process.argv[1], "utf8"));
  `${numPassedTests} passed, ${Math.max(numFailedTests, numFailedTestSuites > 0 ? 1 : 0)} failed`
' "$report"
exit "$status"
