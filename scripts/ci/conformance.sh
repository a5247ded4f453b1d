#!/bin/sh
# Runs the official MCP conformance suite against the test fixture, directly and through the gateway.
# The suite needs node 22, which comes from npm like the suite itself, into a cache outside the project.
# Arguments go to test/conformance/run.ts: --set NAME, --direct, --jobs N.
set -eu
cd "$(dirname "$0")/../.."
. scripts/fetch.sh

fetch node-22 node@22.23.3
fetch conformance-0.2.0-alpha.12 @modelcontextprotocol/conformance@0.2.0-alpha.12
fetch conformance-0.1.16 @modelcontextprotocol/conformance@0.1.16

case " $* " in
*" --direct "*) ;; # Without the gateway nothing has to be built.
*) node scripts/bootstrap.js ;;
esac
exec "$cache/node-22/node_modules/.bin/node" --disable-warning=ExperimentalWarning \
  test/conformance/run.ts --suites "$cache" "$@"
