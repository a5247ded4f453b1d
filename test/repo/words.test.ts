import { expect, test } from 'vitest'
import { files, read } from './tree.ts'

/** What has no business in a public repository. Each pattern is written so as not to find itself. */
const unwanted: readonly (readonly [string, RegExp])[] = [
  ['a path of somebody’s machine', /\/(?:hom[e]|User[s])\/[a-z]|\/roo[t]\/|[A-Z]:\\User[s]/],
  ['a path of a workplace', /\/wor[k]\/|\/tm[p]\/(?:bash_jobs|contract)|\.\.\/share[d]\//],
  ['a document that is not here', /\bDESIG[N](?:\.md| §)|\bmissio[n]\/|\bissue [3-8]\b/],
  ['a registry of packages', /registr[y]\.(?:npmjs|yarnpkg)|\bverdacci[o]\b|\bartifactor[y]\b/],
  ['how a text came to be', /\bfar[m]-|\bco-authored-b[y]\b|\bgenerated wit[h]\b|\bas an A[I]\b/i],
  ['a private key', /^-----BEGIN (?:RSA |EC )?PRIVAT[E] KEY-----$/],
]

const binary = /\.(png|jpg|gif|ico|pdf|pem|crt|key)$/
const own = ['LICENSE', 'package-lock.json']
const texts = files().filter(path => !binary.test(path) && !own.includes(path))

test.each(unwanted)('no file names %s', (_what, pattern) => {
  expect(texts.length).toBeGreaterThan(20)
  const found = texts.flatMap(path =>
    read(path)
      .split('\n')
      .flatMap((line, i) => (pattern.test(line) ? [`${path}:${i + 1}: ${line.trim()}`] : [])),
  )
  expect(found).toEqual([])
})

test('text files end with one newline and hold no carriage returns', () => {
  expect(texts.filter(path => !/[^\n]\n$/.test(read(path)) || read(path).includes('\r'))).toEqual(
    [],
  )
})
