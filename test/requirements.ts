import { cluster } from './requirements/cluster.ts'
import { commandLine } from './requirements/command-line.ts'
import { configuration } from './requirements/configuration.ts'
import { eras } from './requirements/eras.ts'
import { federation } from './requirements/federation.ts'
import { http } from './requirements/http.ts'
import { manifests } from './requirements/manifests.ts'
import { manyServers } from './requirements/many-servers.ts'
import { mcp } from './requirements/mcp.ts'
import { operation } from './requirements/operation.ts'
import { policy } from './requirements/policy.ts'
import { relay } from './requirements/relay.ts'
import type { Requirement } from './requirements/requirement.ts'
import { resourceServer } from './requirements/resource-server.ts'
import { speed } from './requirements/speed.ts'

/** Everything that the gateway promises; one file for each part of it. */
export const requirements: readonly Requirement[] = [
  ...commandLine,
  ...configuration,
  ...http,
  ...resourceServer,
  ...relay,
  ...mcp,
  ...federation,
  ...eras,
  ...manyServers,
  ...policy,
  ...operation,
  ...speed,
  ...cluster,
  ...manifests,
]
