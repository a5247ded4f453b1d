import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { files, read } from './tree.ts'

type Step = {
  readonly uses?: string
  readonly run?: string
  readonly with?: Record<string, unknown>
}
type Job = {
  readonly permissions?: Readonly<Record<string, string>>
  readonly 'timeout-minutes'?: number
  readonly steps: readonly Step[]
}
type Workflow = { readonly permissions: unknown; readonly jobs: Readonly<Record<string, Job>> }

const workflows = files('.github/workflows', /\.ya?ml$/).map(path => ({
  path,
  text: read(path),
  workflow: parse(read(path)) as Workflow,
}))

test('there are workflows for changes and for releases', () => {
  expect(workflows.map(({ path }) => path)).toEqual([
    '.github/workflows/ci.yml',
    '.github/workflows/release.yml',
  ])
})

test.each(workflows)('$path: actions are pinned by commit, with the version beside', ({ text }) => {
  const uses = [...text.matchAll(/uses: *(.*)$/gm)].map(match => match[1] ?? '')
  expect(uses.length).toBeGreaterThan(0)
  expect(uses.filter(use => !/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(use))).toEqual(
    [],
  )
})

test.each(workflows)('$path: permissions are the least, and every job ends', ({ workflow }) => {
  expect(workflow.permissions).toEqual({ contents: 'read' })
  for (const job of Object.values(workflow.jobs)) {
    expect(job['timeout-minutes']).toBeLessThanOrEqual(60)
    const writes = Object.entries(job.permissions ?? {}).filter(([, value]) => value === 'write')
    expect(writes.map(([name]) => name).filter(name => name !== 'id-token')).toEqual([])
  }
})

test.each(workflows)('$path: no checkout leaves credentials behind', ({ workflow }) => {
  const checkouts = Object.values(workflow.jobs)
    .flatMap(job => job.steps)
    .filter(step => step.uses?.startsWith('actions/checkout@'))
  for (const step of checkouts) expect(step.with?.['persist-credentials']).toBe(false)
})

test('the job that may publish runs nothing but the publication', () => {
  const jobs = workflows.flatMap(({ workflow }) => Object.values(workflow.jobs))
  const trusted = jobs.filter(job => job.permissions?.['id-token'] === 'write')
  expect(trusted).toHaveLength(1)
  const uses = trusted[0]?.steps.map(step => step.uses ?? '') ?? []
  expect(uses.filter(use => use.startsWith('actions/checkout@'))).toEqual([])
  expect(trusted[0]?.steps.filter(step => /npm (ci|i|install)\b/.test(step.run ?? ''))).toEqual([])
})
