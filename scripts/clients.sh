#!/usr/bin/env bash
# Installs what tests with Keycloak and with the clients that people run need: a JDK, maven, unzip, curl, jq and
# Chromium by apt, the rest into ${PORTCULLIS_CI_CACHE:-~/.cache/portcullis-ci}. Does nothing when all of it is there.
set -euo pipefail
cache=${PORTCULLIS_CI_CACHE:-$HOME/.cache/portcullis-ci}

# command:package
missing=()
for need in java:default-jdk-headless mvn:maven unzip:unzip curl:curl jq:jq "${CHROMIUM:-chromium}":chromium; do
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
  local folder=$cache/$1
  [[ -e $folder/installed ]] && return
  mkdir -p "$folder"
  npm install --prefix "$folder" --no-audit --no-fund --loglevel error "$2"
  touch "$folder/installed"
}
# The versions are those of test/providers/programs.ts.
fetch node-22 node@22.23.3
fetch inspector-2.12.0 @modelcontextprotocol/inspector@2.12.0
fetch inspector-0.17.5 @modelcontextprotocol/inspector@0.17.5
fetch mcp-remote-0.15.1 mcp-remote@0.15.1
fetch playwright-core-1.65.1 playwright-core@1.65.1
