#!/bin/sh
# A federation of servers that other people wrote, in Node and in Python. They come from npm and PyPI into a
# cache outside the project; where Python lacks venv, Debian's package brings it.
set -eu
cd "$(dirname "$0")/../.."
. scripts/fetch.sh

fetch servers-2026.8.31 \
  @modelcontextprotocol/server-everything@2026.8.31 @modelcontextprotocol/server-filesystem@2026.8.31

python=$cache/fastmcp-4.1.6
if [ ! -e "$python/installed" ]; then
  if ! python3 -c 'import venv, ensurepip, sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
    sudo=$(command -v sudo || true)
    $sudo apt-get update -qq
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends python3-venv
  fi
  python3 -m venv "$python"
  "$python/bin/pip" install --quiet --disable-pip-version-check fastmcp==4.1.6
  touch "$python/installed"
fi
node scripts/bootstrap.js

export PORTCULLIS_SERVERS="$cache/servers-2026.8.31" PORTCULLIS_PYTHON="$python/bin/python"
exec sh scripts/vitest-job.sh test/servers/vitest.config.ts
