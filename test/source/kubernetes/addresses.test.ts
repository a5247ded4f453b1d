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

test('a Service is one of its ready endpoints, at the port that its own stands for', () => {
  const find = addressesOf(
    service({ ports: [{ name: 'mcp', port: 80 }], clusterIP: '10.0.0.1' }),
    slice(
      [
        { addresses: ['10.1.0.3'] },
        { addresses: ['10.1.0.1'], conditions: { ready: false } },
        { addresses: ['10.1.0.2'], conditions: { ready: true } },
      ],
      [
        { name: 'other', port: 1 },
        { name: 'mcp', port: 3000 },
      ],
    ),
  )
  expect(find('tools.shop.svc.cluster.local', 80)).toEqual({ host: '10.1.0.2', port: 3000 })
  expect(find('TOOLS.shop.svc', 80)).toEqual({ host: '10.1.0.2', port: 3000 })
  expect(find('tools.shop.svc.cluster.local', 81)).toBeUndefined()
  expect(find('tools.blog.svc.cluster.local', 80)).toBeUndefined()
})

test('without endpoints it is its cluster address, and nothing without one', () => {
  const address = addressesOf(service({ ports: [{ port: 80 }], clusterIP: '10.0.0.1' }))
  expect(address('tools.shop.svc.cluster.local', 80)).toEqual({ host: '10.0.0.1', port: 80 })
  const headless = addressesOf(service({ ports: [{ port: 80 }], clusterIP: 'None' }))
  expect(headless('tools.shop.svc.cluster.local', 80)).toBeUndefined()
})

test('an ExternalName is the name that it stands for', () => {
  const find = addressesOf(service({ type: 'ExternalName', externalName: 'tools.example' }))
  expect(find('tools.shop.svc.cluster.local', 443)).toEqual({ host: 'tools.example', port: 443 })
})

test('a host of a listener is this process; every other name is for the name service', () => {
  const find = addressesOf()
  expect(find('idp.example', 8002)).toEqual({ host: '127.0.0.1', port: 8002 })
  expect(find('idp.example', 443)).toBeUndefined()
})
