#!/usr/bin/env bash
# Prints deploy/manifests.yaml anew: the chart, rendered with names that the program replaces.
set -euo pipefail
cd "$(dirname "$0")/../.."
cat <<'TEXT'
# What `portcullis kubernetes --print-manifests` prints: the chart as helm renders it, with names to be replaced. Made by
# scripts/kubernetes/manifests.sh, and held against the chart by a test.
TEXT
"$(scripts/kubernetes/helm.sh)" template name-of-portcullis deploy/helm/portcullis -n namespace-of-portcullis \
  --kube-version v1.34.0 --include-crds | sed -e '/^# Source: /d' -e '/helm.sh\/chart: /d' -e 's/managed-by: Helm/managed-by: portcullis/'
