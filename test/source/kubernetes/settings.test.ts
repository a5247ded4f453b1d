import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readSettings } from '../../../src/source/kubernetes/settings.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'portcullis-settings-'))
  file = join(folder, 'settings.yaml')
})
afterEach(() => rmSync(folder, { recursive: true }))

test('what holds for the process comes from a file, with variables and files beside it [CLUSTER-7]', () => {
  writeFileSync(
    file,
    'config:\n  connectionTerminationDeadline: 22s\n  store: {redis: {url: $URL}}\n  session: {key: {file: key}}\n',
  )
  const [settings] = readSettings(file, { URL: 'redis://store' })
  expect(settings).toMatchObject({ kind: 'process', connectionTerminationDeadline: 22_000 })
  expect(settings?.session?.key).toEqual([{ kind: 'file', path: join(folder, 'key') }])
})

test('routes come from the cluster alone; problems have file, line and column [CLUSTER-7]', () => {
  writeFileSync(file, 'config: {}\nbinds:\n- port: 80\n  listeners: [{name: a}]\n')
  expect(() => readSettings(file, {})).toThrow(
    `error: ${file}:3:3 binds[0]: only \`config\` may stand here: listeners, routes and backends come from the cluster`,
  )
  writeFileSync(file, 'config:\n  stor: {}\n')
  expect(() => readSettings(file, {})).toThrow(/settings\.yaml:2:3 config\.stor: .*store/)
})
