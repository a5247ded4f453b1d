import { readFileSync } from 'node:fs'
import { identityOf } from '../auth/claims.ts'
import { anonymous, type Identity } from '../auth/identity.ts'
import type { Route } from '../config/snapshot.ts'
import type { Item } from '../policy/item.ts'
import { oidc } from '../providers/oidc.ts'
import { createItemsNamed } from '../runtime/item-names.ts'
import { UsageError } from './arguments.ts'

/** As a token with these claims would make it; nothing is verified. */
export function callerOf(
  claims: string | undefined,
  token: string | undefined,
  { authentication }: Route,
): Identity {
  if (claims !== undefined && token !== undefined)
    throw new UsageError('--claims and --token exclude each other')
  if (claims === undefined && token === undefined) return anonymous
  const names = authentication?.issuers[0]?.profile.claims ?? oidc.claims
  const given = claims === undefined ? claimsOfToken(token ?? '') : objectOf('--claims', claims)
  return identityOf(given, names, '')
}

function claimsOfToken(file: string): Readonly<Record<string, unknown>> {
  let text: string
  try {
    text = readFileSync(file, 'utf8').trim()
  } catch {
    throw new UsageError(`--token: the file ${file} cannot be read`)
  }
  const payload = text.replace(/^Bearer /i, '').split('.')[1]
  if (payload === undefined) throw new UsageError(`--token: ${file} holds no JWT`)
  return objectOf('--token', Buffer.from(payload, 'base64url').toString('utf8'))
}

/** @throws UsageError for what is no JSON object */
export function objectOf(option: string, text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Readonly<Record<string, unknown>>
  } catch {
    // Said below.
  }
  throw new UsageError(`${option}: expected a JSON object`)
}

type Names = {
  readonly [K in 'tool' | 'prompt' | 'resource' | 'target' | 'annotations']?: string | undefined
}

/** What is called. @throws UsageError where that is not clear */
export function itemOf(values: Names, { backend }: Route): Item {
  const kinds = (['tool', 'prompt', 'resource'] as const).filter(kind => values[kind] !== undefined)
  const [kind, ...others] = kinds
  if (kind === undefined || others.length > 0)
    throw new UsageError('Give one of --tool, --prompt and --resource')
  const name = values[kind] ?? ''
  const annotations =
    values.annotations === undefined ? undefined : objectOf('--annotations', values.annotations)
  const targets = backend.kind === 'mcp' ? backend.targets.map(target => target.name) : []
  const of = (item: Omit<Item, 'annotations'>): Item => {
    if (targets.includes(item.target)) return { ...item, annotations }
    throw new UsageError(
      `no target of this route is called ${item.target}; there ${targets.length === 1 ? 'is' : 'are'} ${targets.join(', ')}`,
    )
  }
  if (values.target !== undefined) return of({ kind, name, target: values.target })
  const [item, ...more] = backend.kind === 'mcp' ? createItemsNamed(backend)(kind, name) : []
  if (item === undefined || more.length > 0)
    throw new UsageError(`--target is needed: the name ${name} does not say which one is meant`)
  return of(item)
}
