#!/usr/bin/env bash
# Prints the folder with the standard CustomResourceDefinitions of the Gateway API, from the Go module proxy.
set -euo pipefail
version=${GATEWAY_API_VERSION:-v1.3.0}
cd /
# A module that wants a newer Go is refused after it has been unpacked, so the answer is not looked at.
go mod download "sigs.k8s.io/gateway-api@$version" >/dev/null 2>&1 || true
folder=$(go env GOMODCACHE)/sigs.k8s.io/gateway-api@$version/config/crd/standard
[[ -d $folder ]] || {
  echo "The Gateway API $version could not be had from the Go module proxy." >&2
  exit 1
}
echo "$folder"
