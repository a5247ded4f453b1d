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
exec sh scripts/vitest-job.sh test/store/vitest.config.ts
