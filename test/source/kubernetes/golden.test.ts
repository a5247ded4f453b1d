import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseAllDocuments, stringify } from 'yaml'
import { compile } from '../../../src/config/compile.ts'
import { Secret } from '../../../src/config/secret.ts'
import { profiles } from '../../../src/providers/index.ts'
import type { Condition } from '../../../src/source/kubernetes/conditions.ts'
import type { GatewayAddress } from '../../../src/source/kubernetes/gateway-api.ts'
import type { KubernetesObject } from '../../../src/source/kubernetes/object.ts'
import { titleOf } from '../../../src/source/kubernetes/object.ts'
import { createRuleTranslator } from '../../../src/source/kubernetes/rules.ts'
import { translate } from '../../../src/source/kubernetes/translate.ts'
import { fixedCluster } from './fixed-cluster.ts'

/**
 * Objects of a cluster (`NAME.in.yaml`) as the snapshot that they become and the statuses that they get
 * (`NAME.out.yaml`). The comment on top of each says which sentence of which documentation it shows.
 */
const folder = join(import.meta.dirname, 'golden')
const names = readdirSync(folder)
  .filter(name => name.endsWith('.in.yaml'))
  .map(name => name.slice(0, -'.in.yaml'.length))

/** Of the Service of the replicas, which is no object that is translated. */
const ADDRESSES: Readonly<Record<string, readonly GatewayAddress[]>> = {
  'gateway-addresses': [
    { type: 'IPAddress', value: '192.0.2.1' },
    { type: 'Hostname', value: 'lb.example' },
  ],
}

const context = {
  profiles,
  read: (path: string) => {
    throw new Error(`no file may be read, got ${path}`)
  },
  mayBeEmpty: true,
}

test.each(names)('%s', async name => {
  const text = readFileSync(join(folder, `${name}.in.yaml`), 'utf8')
  expect(text).toMatch(/^# /)
  const objects = parseAllDocuments(text, { merge: true })
    .map(document => document.toJS() as KubernetesObject | null)
    .filter(object => object !== null)
  const { resources, statuses } = translate(fixedCluster(objects), {
    gatewayClasses: ['portcullis'],
    protectedResource: {},
    addresses: ADDRESSES[name] ?? [],
    translateRule: createRuleTranslator(),
    diagnose: given => compile(given, context).diagnostics,
  })
  const { snapshot, diagnostics } = compile(resources, context)
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  const now = '2026-01-01T00:00:00Z'
  const result = {
    statuses: Object.fromEntries(
      statuses.map(({ object, status }) => [titleOf(object), status(object.status, now)]),
    ),
    snapshot: snapshot?.binds,
  }
  // Whatever stands in a cluster, what comes of it can be served.
  expect(errors).toEqual([])
  await expect(
    stringify(result, brief, { aliasDuplicateObjects: false, lineWidth: 0 }),
  ).toMatchFileSnapshot(join(folder, `${name}.out.yaml`))
})

/** A condition in one line; profiles by name; without certificates and members that are not set. */
function brief(_key: unknown, value: unknown): unknown {
  if (value instanceof Secret) return '[redacted]'
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  if ('lastTransitionTime' in value) {
    const { type, status, reason, message, observedGeneration } = value as Condition
    const said = message === '' ? '' : `: ${message}`
    return `${type} ${status} ${reason} (generation ${observedGeneration})${said}`
  }
  const { profile, certificate: _, ...others } = value as Record<string, unknown>
  const named = profile === undefined ? {} : { profile: (profile as { name: string }).name }
  return Object.fromEntries(
    Object.entries({ ...others, ...named }).filter(([, member]) => member !== undefined),
  )
}
