#!/usr/bin/env bash
# Runs the gateway against a real Kubernetes API server and a real Keycloak, with the manifests and commands of
# two published guides. The servers come from the Go module proxy (KUBEBUILDER_ASSETS names a folder with ready
# ones) and from Maven Central; a first run takes a quarter of an hour, and fills $PORTCULLIS_CI_CACHE.
# Arguments go to vitest.
set -euo pipefail
cd "$(dirname "$0")/../.."
scripts/kubernetes/build.sh >/dev/null
scripts/kubernetes/helm.sh >/dev/null
scripts/keycloak/server.sh prepare
node scripts/bootstrap.js

report=$(mktemp)
trap 'rm -f "$report"' EXIT
status=0
npx vitest run --config test/kubernetes/vitest.config.ts --reporter=default --reporter=json \
  --outputFile.json="$report" "$@" || status=$?
node -p '
  const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(
    require("node:fs").readFileSync(process.argv[1], "utf8"));
  `${numPassedTests} passed, ${Math.max(numFailedTests, numFailedTestSuites > 0 ? 1 : 0)} failed`
' "$report"
exit "$status"
