import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { manifests } from '../../src/cli/manifests.ts'

type Manifest = {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: { args: string[] }[] } }
  }
}

const text = manifests('mcp-broker-router', 'mcp-system', ['istio', 'portcullis'])
const objects = parseAllDocuments(text, { merge: true }).flatMap(
  document => (document.toJS() as Manifest | null) ?? [],
)

test('no placeholder is left, and everything has its name and namespace', () => {
  expect(text).not.toContain('of-portcullis')
  const deployment = objects.find(({ kind }) => kind === 'Deployment')
  expect(deployment?.metadata).toMatchObject({ name: 'mcp-broker-router', namespace: 'mcp-system' })
  expect(deployment?.spec.template.spec.containers[0]?.args).toEqual([
    'kubernetes',
    '--name=mcp-broker-router',
    '--settings=/etc/portcullis/settings.yaml',
    '--service=mcp-broker-router',
    '--gateway-class=istio',
    '--gateway-class=portcullis',
  ])
})

test('the definitions of all kinds that no other project need have installed come with it', () => {
  const names = objects
    .filter(({ kind }) => kind === 'CustomResourceDefinition')
    .map(({ metadata }) => metadata.name)
  expect(names.sort()).toEqual([
    'agentgatewaybackends.agentgateway.dev',
    'agentgatewaypolicies.agentgateway.dev',
    'authpolicies.kuadrant.io',
    'mcpgatewayextensions.mcp.kuadrant.io',
    'mcpserverregistrations.mcp.kuadrant.io',
    'mcpvirtualservers.mcp.kuadrant.io',
  ])
})

test('the class that is made is our own, because those of others exist or belong to them [CLUSTER-9]', () => {
  expect(objects.filter(({ kind }) => kind === 'GatewayClass')).toEqual([
    expect.objectContaining({ spec: { controllerName: 'portcullis.dev/gateway-controller' } }),
  ])
})
