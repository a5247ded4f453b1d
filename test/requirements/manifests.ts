import type { Requirement } from './requirement.ts'

/** What the objects of a cluster become. */
export const manifests: readonly Requirement[] = [
  {
    id: 'MANIFEST-1',
    behaviour:
      'The MCPServerRegistrations of a Gateway are its servers, under their prefixes; of two with one prefix the older is served',
    source: 'docs/kubernetes.md',
  },
  {
    id: 'MANIFEST-2',
    behaviour: 'A registration that is disabled is not served, and its status says so',
    source: 'docs/kubernetes.md',
  },
  {
    id: 'MANIFEST-3',
    behaviour:
      'An MCPGatewayExtension whose Gateway or listener is not served has a status that says so',
    source: 'docs/kubernetes.md',
  },
  {
    id: 'MANIFEST-4',
    behaviour: 'What lies in another namespace is used only with a ReferenceGrant there',
    source: 'docs/kubernetes.md',
  },
  {
    id: 'MANIFEST-5',
    behaviour:
      'The metadata of a protected resource is that of the MCPGatewayExtension, else that of the `OAUTH_*` variables',
    source: 'docs/kubernetes.md',
  },
  {
    id: 'MANIFEST-6',
    behaviour: 'A registered server is reached at its path and with its credential',
    source: 'docs/kubernetes.md',
  },
  {
    id: 'MANIFEST-7',
    behaviour:
      'What an object asks for and is not carried out is named in its status, and what it should protect is closed',
    source: 'docs/kubernetes.md',
  },
  {
    id: 'MANIFEST-8',
    behaviour: 'Of two listeners with one port and host name that of the older Gateway is served',
    source: 'docs/kubernetes.md',
  },
  {
    id: 'MANIFEST-9',
    behaviour: 'Listeners take routes of the namespaces and host names that they allow',
    source: 'docs/kubernetes.md',
  },
  {
    id: 'MANIFEST-10',
    behaviour:
      'HTTPS listeners serve the certificates of their Secrets, and one without harms no other',
    source: 'docs/kubernetes.md',
  },
  {
    id: 'MANIFEST-11',
    behaviour: 'A Service that stands for a name outside of the cluster is reached by that name',
    source: 'docs/kubernetes.md',
  },
  {
    id: 'MANIFEST-12',
    behaviour: 'Each Gateway has the servers that are registered at it, and no others',
    source: 'docs/kubernetes.md',
  },
  {
    id: 'MANIFEST-13',
    behaviour: 'Servers without a prefix keep the names of their tools',
    source: 'docs/kubernetes.md',
  },
  {
    id: 'MANIFEST-14',
    behaviour:
      'HTTPRoutes route as the conformance tests of the Gateway API say: precedence, hostnames, filters, weights, and 500 for what leads nowhere',
    source: 'Gateway API HTTPRouteRule',
  },
  {
    id: 'MANIFEST-16',
    behaviour:
      'A registered server with an authority of its own is met over TLS and verified by that',
    source: 'docs/kubernetes.md',
  },
  {
    id: 'MANIFEST-15',
    behaviour:
      'Of two extensions for one listener the older is served, and one of another namespace needs a grant',
    source: 'docs/kubernetes.md',
  },
]
