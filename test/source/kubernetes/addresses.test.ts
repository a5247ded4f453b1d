import { expect, test } from 'vitest'
import { createAddresses } from '../../../src/source/kubernetes/addresses.ts'
import { fixedCluster } from './fixed-cluster.ts'

const metadata = { name: 'tools', namespace: 'shop' }
const service = (spec: object) => ({ apiVersion: 'v1', kind: 'Service', metadata, spec })
const slice = (endpoints: object, ports: object) => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { ...metadata, labels: { 'kubernetes.io/service-name': 'tools' } },
  endpoints,
  ports,
})
const addressesOf = (...objects: Parameters<typeof fixedCluster>[0][number][]) =>
  createAddresses(
    fixedCluster(objects),
    (host, port) => host === 'idp.example' && port === 8002,
    '127.0.0.1',
  )

const at = (host: string, port: number, draining = false) => ({
  name: `${host}:${port}`,
  host,
  port,
  draining,
})

test('a Service is its ready endpoints, at the port that its own stands for [CLUSTER-1] [MANIFEST-11]', () => {
  const find = addressesOf(
    service({ ports: [{ name: 'mcp', port: 80 }], clusterIP: '10.0.0.1' }),
    slice(
      [
        { addresses: ['10.1.0.3'] },
        { addresses: ['10.1.0.1'], conditions: { ready: false } },
        { addresses: ['10.1.0.2', '10.1.0.9'], conditions: { ready: true } },
      ],
      [
        { name: 'other', port: 1 },
        { name: 'mcp', port: 3000 },
      ],
    ),
  )
  const places = [at('10.1.0.3', 3000), at('10.1.0.2', 3000)]
  expect(find('tools.shop.svc.cluster.local', 80)).toEqual(places)
  expect(find('TOOLS.shop.svc', 80)).toEqual(places)
  expect(find('tools.shop.svc.cluster.local', 81)).toBeUndefined()
  expect(find('tools.blog.svc.cluster.local', 80)).toBeUndefined()
})

test('an endpoint that terminates and still serves is for what has begun there [CLUSTER-2]', () => {
  const find = addressesOf(
    service({ ports: [{ port: 80 }] }),
    slice(
      [{ addresses: ['10.1.0.1'], conditions: { ready: false, serving: true } }],
      [{ port: 1 }],
    ),
  )
  expect(find('tools.shop.svc', 80)).toEqual([at('10.1.0.1', 1, true)])
})

test('without endpoints it is its cluster address, and nothing without one [CLUSTER-1]', () => {
  const address = addressesOf(service({ ports: [{ port: 80 }], clusterIP: '10.0.0.1' }))
  expect(address('tools.shop.svc.cluster.local', 80)).toEqual([at('10.0.0.1', 80)])
  const headless = addressesOf(service({ ports: [{ port: 80 }], clusterIP: 'None' }))
  expect(headless('tools.shop.svc.cluster.local', 80)).toBeUndefined()
})

test('an ExternalName is the name that it stands for [CLUSTER-1] [MANIFEST-11]', () => {
  const find = addressesOf(service({ type: 'ExternalName', externalName: 'tools.example' }))
  expect(find('tools.shop.svc.cluster.local', 443)).toEqual([at('tools.example', 443)])
})

test('a host of a listener is this process; every other name is for the name service [CLUSTER-4]', () => {
  const find = addressesOf()
  expect(find('idp.example', 8002)).toEqual([at('127.0.0.1', 8002)])
  expect(find('idp.example', 443)).toBeUndefined()
})
