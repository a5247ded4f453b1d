#!/usr/bin/env bash
# Prints the path of a helm from the Go module proxy, built once into ${PORTCULLIS_CI_CACHE:-~/.cache/portcullis-ci}.
set -euo pipefail
version=v3.16.4
folder=${PORTCULLIS_CI_CACHE:-$HOME/.cache/portcullis-ci}/helm-$version
mkdir -p "$folder"
exec 9>"$folder/.lock"
flock 9
if [[ ! -x $folder/helm ]]; then
  command -v go >/dev/null || {
    echo "The chart is tested with helm $version, which is built with Go, and there is no go on the PATH." >&2
    exit 1
  }
  echo "building helm $version (once; minutes)" >&2
  (cd / && CGO_ENABLED=0 GOBIN=$folder nice go install "helm.sh/helm/v3/cmd/helm@$version" >&2)
fi
echo "$folder/helm"
