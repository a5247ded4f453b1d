import { describe, expect, test } from 'vitest'
import { normalPath } from '../../src/http/path.ts'
import { createRouter } from '../../src/http/router.ts'
import { match, route } from '../http/snapshots.ts'

const router = createRouter(
  ['prefix /admin', 'prefix /public', 'exact /admin/login', 'prefix /'].map(path => ({
    route: route({ id: path, matches: [match(path)] }),
    value: path,
  })),
)

function find(path: string): string | undefined {
  return router.match('gw.example', 'GET', normalPath(path), '', {})
}

describe('a path in disguise does not get around the policies of its route', () => {
  test.each([
    '/%61dmin/x',
    '/./admin/x',
    '/public/../admin/x',
    '/public/%2e%2e/admin/x',
    '/public/%2E./admin/x',
    '/x/../admin/x',
    '/../admin/x',
    '/admin/./x',
  ])('%s has one meaning and gets the route of that', path => {
    expect(find(path)).toBe('prefix /admin')
  })

  test.each([
    '//admin/x',
    '/public%2F..%2Fadmin/x',
    '/public/..%2fadmin/x',
    '/public/..%5cadmin/x',
    '/public/..;/admin/x',
    '/admin;v=1/x',
    '/admin%2Fx',
    '/\\admin/x',
    '/public\\..\\admin/x',
    '/;/admin/x',
    '/%2Fadmin/x',
  ])('%s has two meanings and gets no route', path => {
    expect(find(path)).toBeUndefined()
  })

  test.each([
    ['/admin/a%2Fb', 'prefix /admin'],
    ['/public/a;b/c', 'prefix /public'],
    ['/public//x', 'prefix /public'],
    // What is forwarded is /public/admin/x, so nobody can read it as /admin/x.
    ['/public//../admin/x', 'prefix /public'],
    ['/x%2Fy', 'prefix /'],
    ['/caf%C3%A9', 'prefix /'],
    ['/ADMIN/x', 'prefix /'],
    ['/%2561dmin/x', 'prefix /'],
  ])('%s is odd but leads to one route either way', (path, expected) => {
    expect(find(path)).toBe(expected)
  })
})
