#!/usr/bin/env bash
# Runs the gateway against a real Kubernetes API server and a real Keycloak, with the manifests and commands of
# two published guides, and against the faults that an API server has. The server comes from the Go module proxy
# (KUBEBUILDER_ASSETS names a folder with a ready one), the rest is installed by scripts/clients.sh. A first run builds for
# some minutes, and fills $PORTCULLIS_CI_CACHE. Arguments go to vitest.
set -euo pipefail
cd "$(dirname "$0")/../.."
export PORTCULLIS_CI_CACHE=${PORTCULLIS_CI_CACHE:-$HOME/.cache/portcullis-ci}
scripts/kubernetes/build.sh >/dev/null
scripts/kubernetes/helm.sh >/dev/null
scripts/clients.sh
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
