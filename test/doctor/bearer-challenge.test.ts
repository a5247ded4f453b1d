import { expect, test } from 'vitest'
import { bearerChallenge } from '../../src/doctor/bearer-challenge.ts'

test.each<[string | undefined, Record<string, string> | undefined]>([
  [undefined, undefined],
  ['', undefined],
  ['Basic realm="a"', undefined],
  ['Bearer', {}],
  ['bearer realm=a', { realm: 'a' }],
  ['Bearer Scope="a b" , error="x"', { scope: 'a b', error: 'x' }],
  ['Bearer error_description="say \\"no\\", twice"', { error_description: 'say "no", twice' }],
  ['Basic realm="a, Bearer", Bearer scope="b"', { scope: 'b' }],
  ['Bearer scope="b", Basic realm="a"', { scope: 'b' }],
  ['Bearer scope="first", scope="second"', { scope: 'first' }],
  ['Bearer scope="no end', undefined],
])('%j is read as a client reads it [DOCTOR-2]', (header, parameters) => {
  expect(bearerChallenge(header)).toEqual(parameters)
})
