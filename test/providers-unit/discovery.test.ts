import { describe, expect, test } from 'vitest'
import { defineProfile } from '../../src/providers/define-profile.ts'
import { createProviderMetadata, ProviderMetadataError } from '../../src/providers/discovery.ts'
import { entra } from '../../src/providers/entra.ts'
import { type Fetch, FetchError, type FetchResponse } from '../../src/providers/fetch.ts'
import { github } from '../../src/providers/github.ts'
import { keycloak } from '../../src/providers/keycloak.ts'
import { oidc } from '../../src/providers/oidc.ts'
import type { ProviderProfile } from '../../src/providers/profile.ts'

const ISSUER = 'https://idp.example/realms/r'
const log = { debug: () => undefined, warn: () => undefined }

type Answer = { status?: number; body?: unknown; headers?: Record<string, string> } | Error

/** A fetch that answers from a table and remembers what it was asked for. */
function answering(answers: Readonly<Record<string, Answer>>) {
  const asked: string[] = []
  const fetch: Fetch = async ({ url }): Promise<FetchResponse> => {
    asked.push(url)
    const answer = answers[url] ?? { status: 404, body: 'not found' }
    if (answer instanceof Error) throw answer
    const { status = 200, body, headers = {} } = answer
    return { status, headers, body: typeof body === 'string' ? body : JSON.stringify(body) }
  }
  return { fetch, asked }
}

function create(
  answers: Readonly<Record<string, Answer>>,
  profile: ProviderProfile = oidc,
  issuer: string = ISSUER,
) {
  const clock = { now: 1_000_000 }
  const { fetch, asked } = answering(answers)
  const metadata = createProviderMetadata(issuer, profile, { fetch, now: () => clock.now, log })
  return { metadata, asked, clock }
}

const oauth = 'https://idp.example/.well-known/oauth-authorization-server/realms/r'
const inserted = 'https://idp.example/.well-known/openid-configuration/realms/r'
const appended = `${ISSUER}/.well-known/openid-configuration`

describe('the metadata of a provider is looked for', () => {
  test('in the forms of the profile, in order, until one names the right issuer', async () => {
    const { metadata, asked } = create({
      [oauth]: { status: 502 },
      [inserted]: { body: { issuer: 'https://other.example' } },
      [appended]: { body: { issuer: ISSUER, token_endpoint: 'https://idp.example/token' } },
    })
    expect(await metadata.get()).toMatchObject({ token_endpoint: 'https://idp.example/token' })
    expect(asked).toEqual([oauth, inserted, appended])
  })

  test('once where forms mean the same URL', async () => {
    const { metadata, asked } = create({}, oidc, 'https://idp.example')
    await expect(metadata.get()).rejects.toThrow(ProviderMetadataError)
    expect(asked).toEqual([
      'https://idp.example/.well-known/oauth-authorization-server',
      'https://idp.example/.well-known/openid-configuration',
    ])
  })

  test('of an issuer that ends in a slash without doubling it', async () => {
    const issuer = 'https://tenant.auth0.com/'
    const { metadata } = create(
      { 'https://tenant.auth0.com/.well-known/oauth-authorization-server': { body: { issuer } } },
      oidc,
      issuer,
    )
    expect(await metadata.get()).toEqual({ issuer })
  })

  test('nowhere, when the profile says that there is none', async () => {
    const { metadata, asked } = create({}, github, 'https://github.com')
    expect(await metadata.get()).toEqual({
      issuer: 'https://github.com',
      authorization_endpoint: 'https://github.com/login/oauth/authorize',
      token_endpoint: 'https://github.com/login/oauth/access_token',
    })
    expect(asked).toEqual([])
  })

  test('and what it leaves out comes from the profile, what it says from it', async () => {
    const { metadata } = create(
      { [appended]: { body: { issuer: ISSUER, jwks_uri: 'https://idp.example/own' } } },
      keycloak,
    )
    expect(await metadata.get()).toMatchObject({
      jwks_uri: 'https://idp.example/own',
      token_endpoint: `${ISSUER}/protocol/openid-connect/token`,
    })
  })

  test('and a failure tells of every attempt', async () => {
    const { metadata } = create({
      [oauth]: { status: 500 },
      [inserted]: { body: '<html>' },
      [appended]: new FetchError('unreachable', 'connection refused'),
    })
    await expect(metadata.get()).rejects.toMatchObject({
      attempts: [
        `${oauth} answered 500`,
        `${inserted} answered 200 without JSON`,
        `${appended}: connection refused`,
      ],
    })
  })

  test.each(['[]', '"x"', 'null', '1', '<html>'])(
    'and %s is no document, whatever its status says [ODD-4]',
    async body => {
      const { metadata } = create({ [oauth]: { body } })
      await expect(metadata.get()).rejects.toMatchObject({
        attempts: expect.arrayContaining([`${oauth} answered 200 without JSON`]) as string[],
      })
    },
  )

  test('and a document of another issuer names both [ODD-4]', async () => {
    const { metadata } = create({ [oauth]: { body: { issuer: `${ISSUER}/` } } })
    await expect(metadata.get()).rejects.toThrow(`names the issuer "${ISSUER}/"`)
  })

  test('and may be templated where the profile says so', async () => {
    const issuer = 'https://login.microsoftonline.com/common/v2.0'
    const url = `${issuer}/.well-known/openid-configuration`
    const named = 'https://login.microsoftonline.com/{tenantid}/v2.0'
    const answers = { [url]: { body: { issuer: named } } }
    expect(await create(answers, entra, issuer).metadata.get()).toMatchObject({ issuer: named })
    const strict = defineProfile(entra, { issuers: { templates: [] } })
    await expect(create(answers, strict, issuer).metadata.get()).rejects.toThrow()
  })
})

describe('the metadata of a provider is kept', () => {
  test('and fetched by one request for many callers', async () => {
    const { metadata, asked } = create({ [oauth]: { body: { issuer: ISSUER } } })
    await Promise.all([metadata.get(), metadata.get(), metadata.get()])
    await metadata.get()
    expect(asked).toHaveLength(1)
  })

  test.each([
    [undefined, 600_000],
    ['no-cache', 600_000],
    ['max-age=3600', 3_600_000],
    ['max-age=1', 60_000],
    ['public, max-age=99999999', 86_400_000],
  ])('with Cache-Control %s for %i ms', async (control, life) => {
    const headers: Record<string, string> =
      control === undefined ? {} : { 'cache-control': control }
    const { metadata, asked, clock } = create({ [oauth]: { body: { issuer: ISSUER }, headers } })
    await metadata.get()
    clock.now += life - 1
    await metadata.get()
    expect(asked).toHaveLength(1)
    clock.now += 1
    await metadata.get()
    expect(asked).toHaveLength(2)
  })

  test('while a new one is fetched in the background, and when that fails', async () => {
    const answers: Record<string, Answer> = { [oauth]: { body: { issuer: ISSUER, version: 1 } } }
    const { metadata, clock } = create(answers)
    await metadata.get()
    answers[oauth] = { status: 500 }
    clock.now += 600_000
    expect(await metadata.get()).toMatchObject({ version: 1 })
    await new Promise(resolve => setImmediate(resolve))
    expect(await metadata.get()).toMatchObject({ version: 1 })
    answers[oauth] = { body: { issuer: ISSUER, version: 2 } }
    clock.now += 5_000
    await metadata.get()
    await new Promise(resolve => setImmediate(resolve))
    expect(await metadata.get()).toMatchObject({ version: 2 })
  })

  test('not at all after a failure, which is not repeated for five seconds', async () => {
    const answers: Record<string, Answer> = {}
    const { metadata, asked, clock } = create(answers)
    await expect(metadata.get()).rejects.toThrow()
    await expect(metadata.get()).rejects.toThrow()
    expect(asked).toHaveLength(3)
    answers[oauth] = { body: { issuer: ISSUER } }
    clock.now += 5_000
    expect(await metadata.get()).toEqual({ issuer: ISSUER })
  })
})
