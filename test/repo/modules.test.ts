import { expect, test } from 'vitest'
import { parseModule } from './modules.ts'

test('every form of import is seen, comments are not', () => {
  const { imports, code, folder } = parseModule(
    'http/gate.ts',
    `
/** import { no } from 'comment' */
// import { no } from 'comment'
import defaultName, { a as b, type C } from 'package'
import * as everything from '../auth/verify.ts'
import type { Identity } from '../auth/identity.ts'
import './side-effect.ts'
import {
  one,
  two,
} from 'many-lines'
export { three } from './three.ts'
export type { Four } from '../four.ts'
export * from 'five'
const six = await import('six') // import('comment')
const accept = '*/*'
`,
  )
  expect(folder).toBe('http')
  expect(code).toContain("'*/*'")
  expect(imports).toEqual([
    { specifier: 'package', target: undefined, typeOnly: false, names: ['a', 'C', 'default'] },
    { specifier: '../auth/verify.ts', target: 'auth/verify.ts', typeOnly: false, names: ['*'] },
    {
      specifier: '../auth/identity.ts',
      target: 'auth/identity.ts',
      typeOnly: true,
      names: ['Identity'],
    },
    { specifier: './side-effect.ts', target: 'http/side-effect.ts', typeOnly: false, names: [] },
    { specifier: 'many-lines', target: undefined, typeOnly: false, names: ['one', 'two'] },
    { specifier: './three.ts', target: 'http/three.ts', typeOnly: false, names: ['three'] },
    { specifier: '../four.ts', target: 'four.ts', typeOnly: true, names: ['Four'] },
    { specifier: 'five', target: undefined, typeOnly: false, names: ['*'] },
    { specifier: 'six', target: undefined, typeOnly: false, names: ['*'] },
  ])
})

test('an import that is computed at run time cannot be checked, so it is refused', () => {
  expect(() => parseModule('a.ts', 'const a = await import(name)')).toThrow('import(name)')
  expect(parseModule('a.ts', 'type Key = {\n  import(name: string): void\n}').imports).toEqual([])
})
