import { expect, test } from 'vitest'
import { createAdmin, type Readiness } from '../../src/observe/admin.ts'

const READY: Readiness = { serving: true, reason: undefined, degraded: [] }

function admin(readiness: Partial<Readiness> = {}) {
  return createAdmin({
    readiness: () => ({ ...READY, ...readiness }),
    metrics: () => 'portcullis_streams 0\n',
  })
}

test('live says that the process answers, whatever else is the case [OPS-3]', () => {
  expect(admin({ serving: false })('/healthz/live', 'GET')).toEqual({
    status: 200,
    contentType: 'application/json',
    body: '{"status":"ok"}\n',
  })
})

test('ready is 503 with the reason while the gateway starts or drains [OPS-4]', () => {
  const answer = admin({ serving: false, reason: 'draining' })('/healthz/ready', 'GET')
  expect(answer.status).toBe(503)
  expect(JSON.parse(answer.body)).toMatchObject({ status: 'not ready', reason: 'draining' })
})

test('an identity provider that was not reached is said, but the gateway is ready', () => {
  const degraded = [{ what: 'https://idp.example', reason: 'keys were never reached' }]
  const answer = admin({ degraded })('/healthz/ready', 'GET')
  expect(answer.status).toBe(200)
  expect(JSON.parse(answer.body)).toEqual({ status: 'degraded', degraded })
})

test('metrics are in the text format of Prometheus [OPS-5]', () => {
  expect(admin()('/metrics', 'GET')).toEqual({
    status: 200,
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    body: 'portcullis_streams 0\n',
  })
})

test.each([
  ['/', 'GET', 404],
  ['/healthz', 'GET', 404],
  ['/constructor', 'GET', 404],
  ['/metrics', 'POST', 405],
  ['/healthz/ready', 'HEAD', 200],
])('%s %s is %i', (path, method, status) => {
  expect(admin()(path, method).status).toBe(status)
})
