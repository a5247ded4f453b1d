import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Secret } from '../../src/config/secret.ts'
import { keycloak } from '../../src/providers/keycloak.ts'
import { createSealer, generateKey, type Sealer } from '../../src/seal/seal.ts'
import { createBrowser, type Page } from '../dev/browser.ts'
import { type DocumentHost, startDocumentHost } from './document-host.ts'
import {
  claimsOf,
  followLogin,
  type Gateway,
  type GatewayOptions,
  logInOnce,
  login,
  REDIRECT_URI,
  redeem,
  register,
  type TestClient,
} from './gateway.ts'
import type { Quirks } from './quirky-provider.ts'
import { starter } from './starter.ts'

/** Each attack runs twice: as it is, where it fails, and without what stops it, where it has to succeed. */
const start = starter()
const EVIL = 'https://evil.example/cb'

async function authorize(gateway: Gateway, client: TestClient, changes = {}): Promise<Response> {
  return fetch(login(gateway, client, changes).url, { redirect: 'manual' })
}

describe('open redirect', () => {
  async function attack(registered: readonly string[]): Promise<string | null> {
    const { gateway } = await start()
    const client = await register(gateway, { redirect_uris: registered })
    const link = { redirect_uri: EVIL, response_type: 'nonsense' }
    return (await authorize(gateway, client, link)).headers.get('location')
  }

  test('no link leads to an address that the client did not register', async () => {
    expect(await attack([REDIRECT_URI])).toBeNull()
  })

  test('without the defence: registered, it does', async () => {
    expect(await attack([REDIRECT_URI, EVIL])).toContain(EVIL)
  })
})

describe('code injection [RELAY-7]', () => {
  async function attack(knowsVerifier: boolean): Promise<number> {
    const { gateway } = await start()
    const client = await register(gateway)
    const victim = login(gateway, client)
    const stolen = await followLogin(victim.url, client.redirectUri)
    const attacker = login(gateway, client)
    return (await redeem(gateway, client, knowsVerifier ? victim : attacker, stolen)).status
  }

  test('a stolen code is worth nothing without its verifier', async () => {
    expect(await attack(false)).toBe(400)
  })

  test('without the defence: with the verifier it is', async () => {
    expect(await attack(true)).toBe(200)
  })
})

describe('code substitution between clients [RELAY-11]', () => {
  async function attack(own: boolean): Promise<number> {
    const { gateway, provider } = await start()
    const [mine, other] = [await register(gateway), await register(gateway)]
    const begun = login(gateway, mine)
    const answer = await followLogin(begun.url, mine.redirectUri)
    const { status } = await redeem(gateway, own ? mine : other, begun, answer)
    if (!own) expect(provider.requests.at(-1)?.path).not.toBe('/token')
    return status
  }

  test('a code is redeemed by the client that it was given to alone', async () => {
    expect(await attack(false)).toBe(400)
  })

  test('without the defence: as that client', async () => {
    expect(await attack(true)).toBe(200)
  })
})

describe('mix-up [RELAY-9]', () => {
  async function attack(quirks: Quirks): Promise<URLSearchParams> {
    const { gateway } = await start({}, quirks)
    const client = await register(gateway)
    const answer = await followLogin(login(gateway, client).url, client.redirectUri)
    return answer.searchParams
  }
  const foreign = (parameters: URLSearchParams): void =>
    parameters.set('iss', 'https://evil.example')
  const silent = (parameters: URLSearchParams): void => parameters.delete('iss')

  test.each([
    ['another issuer', foreign],
    ['no issuer although the metadata promises one', silent],
  ])('an answer that names %s brings no code', async (_, response) => {
    const answer = await attack({ response })
    expect(answer.get('code')).toBeNull()
    expect(answer.get('error')).toBe('server_error')
    expect(answer.get('iss')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/mcp$/)
  })

  test('without the defence: of a provider that never names itself, it does', async () => {
    const answer = await attack({
      response: silent,
      metadata: ({ authorization_response_iss_parameter_supported: _, ...rest }) => rest,
    })
    expect(answer.get('code')).not.toBeNull()
  })
})

describe('consent bypass', () => {
  async function attack(options: Partial<GatewayOptions>): Promise<number> {
    const { gateway } = await start({ profile: { ...keycloak, endpoints: {} }, ...options })
    const client = await register(gateway, { redirect_uris: [EVIL] })
    return (await authorize(gateway, client)).status
  }

  test('a shared client at the provider never skips the question', async () => {
    expect(await attack({ registration: { strategy: 'shared' } })).toBe(200)
  })

  test('without the defence: where the provider asks for every client, the gateway does not', async () => {
    expect(await attack({ registration: { strategy: 'relay' } })).toBe(302)
  })
})

describe('login CSRF [RELAY-10]', () => {
  /** The attacker goes as far as the callback, and lets the victim's browser load that. */
  async function attack(victim: 'other browser' | 'same browser'): Promise<Page> {
    const { gateway } = await start()
    const client = await register(gateway)
    let stolen = ''
    const attacker = createBrowser(url => {
      const isCallback = url.pathname === '/oauth/callback'
      if (isCallback) stolen = url.href
      return isCallback
    })
    let page = await attacker.open(login(gateway, client).url.href)
    for (let step = 0; stolen === '' && step < 5; step++) {
      const fields = page.html.includes('name="password"')
        ? { user: 'bob', password: 'bob' }
        : { decision: 'allow' }
      page = await attacker.submit(page, fields as Record<string, string>)
    }
    const jar = victim === 'same browser' ? await cookiesFor(gateway, stolen) : undefined
    const response = await fetch(stolen, {
      redirect: 'manual',
      headers: jar === undefined ? {} : { cookie: jar },
    })
    return {
      url: new URL(response.headers.get('location') ?? stolen),
      status: response.status,
      headers: response.headers,
      html: await response.text(),
    }
  }

  /** What only the attacker's browser holds, made again from the key of the gateway. */
  async function cookiesFor(gateway: Gateway, url: string): Promise<string> {
    const state = new URL(url).searchParams.get('state') ?? ''
    const { id, issuer } = gateway.sealer.open('state', state) as { id: string; issuer: string }
    const transaction = {
      id,
      issuer,
      resource: gateway.resource,
      client: '',
      redirectUri: REDIRECT_URI,
      challenge: '',
      scopes: [],
      passed: {},
      verifier: '',
      provider: { id: '' },
    }
    return `portcullis-login.${id}.0=${gateway.sealer.seal('transaction-cookie', transaction)}`
  }

  test('an answer is good in the browser that asked, and nowhere else', async () => {
    const page = await attack('other browser')
    expect(page.status).toBe(400)
    expect(page.html).toContain('begun in another browser')
  })

  test('without the defence: with the cookie it is', async () => {
    const page = await attack('same browser')
    expect(page.status).toBe(302)
    expect(page.url.searchParams.get('code')).not.toBeNull()
  })
})

describe('replay of a code', () => {
  async function attack({ later = 0, deps = {} }: { later?: number; deps?: object }) {
    const { gateway, provider } = await start({ deps })
    const client = await register(gateway)
    const begun = login(gateway, client)
    const answer = await followLogin(begun.url, client.redirectUri)
    expect((await redeem(gateway, client, begun, answer)).status).toBe(200)
    const before = provider.requests.length
    gateway.clock.now += later
    const { body } = await redeem(gateway, client, begun, answer)
    return { asked: provider.requests.length - before, body }
  }

  test('the provider does not hear of it a second time', async () => {
    const { asked, body } = await attack({})
    expect(body.error_description).toContain('used before')
    expect(asked).toBe(0)
  })

  test('once the memory of it is over, so is the code', async () => {
    const { asked, body } = await attack({ later: 60_000 })
    expect(body).toMatchObject({ error: 'invalid_grant' })
    expect(asked).toBe(0)
  })

  test('without the defence: with a memory that forgets at once, it does', async () => {
    // Time flies for everything but the seals.
    let time = Date.now()
    const now = (): number => {
      time += 61_000
      return time
    }
    expect((await attack({ deps: { now } })).asked).toBeGreaterThan(0)
  })
})

describe('cross-purpose use of sealed values', () => {
  /** How many of the values of a login open as a value of another kind. */
  async function attack(sealer: Sealer): Promise<number> {
    const { gateway } = await start({ relay: { accessToken: 'sealed' }, deps: { sealer } })
    const { client, tokens, answer } = await logInOnce(gateway)
    const values = {
      'access-token': String(tokens.body.access_token).replace('pcat_', ''),
      'client-id': client.client_id,
      code: answer.searchParams.get('code') ?? '',
      'refresh-token': String(tokens.body.refresh_token),
    } as const
    const purposes = Object.keys(values) as (keyof typeof values)[]
    const opened = purposes.flatMap(made =>
      purposes.filter(purpose => {
        const value = sealer.open(purpose, values[made])
        if (purpose === made) expect(value).toBeDefined()
        return purpose !== made && value !== undefined
      }),
    )
    return opened.length
  }

  test('no value passes for another kind of value', async () => {
    expect(await attack(createSealer([new Secret(generateKey())]))).toBe(0)
  })

  test('without the defence: under one key for all purposes, each passes for every other', async () => {
    const sealer = createSealer([new Secret(generateKey())])
    const purposeless: Sealer = {
      ...sealer,
      seal: (_purpose, value, expiresAt) => sealer.seal('state', value, expiresAt),
      open: (_purpose, text) => sealer.open('state', text),
    }
    expect(await attack(purposeless)).toBe(12)
  })

  test('a client id of one relay is unknown at another', async () => {
    const { gateway, provider } = await start()
    const client = await register(gateway)
    const foreign = await start({ issuer: provider.issuer, key: gateway.key })
    expect((await authorize(foreign.gateway, client)).status).toBe(400)
  })
})

describe('registration flood', () => {
  async function attack(perAddressPerHour: number): Promise<number[]> {
    const limits = { perAddressPerHour, perDay: 1000 }
    const { gateway } = await start({ registration: { limits } })
    const statuses: number[] = []
    for (let one = 0; one < 4; one++) statuses.push((await register(gateway)).status)
    return statuses
  }

  test('strangers cannot fill the provider', async () => {
    expect(await attack(2)).toEqual([201, 201, 429, 429])
  })

  test('without the defence: they can', async () => {
    expect(await attack(100)).toEqual([201, 201, 201, 201])
  })
})

describe('SSRF by metadata document', () => {
  let inner: DocumentHost
  beforeAll(async () => {
    inner = await startDocumentHost()
  })
  afterAll(() => inner.close())

  async function attack(allowPrivate: boolean): Promise<number> {
    const { gateway } = await start({ fetch: { ca: inner.ca, allowPrivate } })
    const client_id = `${inner.origin}/admin`
    const before = inner.requests.length
    await authorize(gateway, { client_id, redirectUri: REDIRECT_URI })
    return inner.requests.length - before
  }

  test('an inner host hears nothing', async () => {
    expect(await attack(false)).toBe(0)
  })

  test('without the defence: it does', async () => {
    expect(await attack(true)).toBe(1)
  })
})

describe('a provider token for another audience [RELAY-14]', () => {
  /** A provider that gives whoever asks a token for its own API. */
  async function attack(options: Partial<GatewayOptions>) {
    const { gateway } = await start(options, {
      translate: parameters => {
        if (parameters.has('resource')) parameters.set('resource', 'https://api.example/')
      },
    })
    return { gateway, ...(await logInOnce(gateway)) }
  }

  test('is handed on sealed to this resource', async () => {
    const { gateway, tokens } = await attack({})
    const text = String(tokens.body.access_token)
    expect(text).toMatch(/^pcat_/)
    const sealed = gateway.sealer.open('access-token', text.slice(5)) as Record<string, string>
    expect(sealed).toMatchObject({ resource: gateway.resource, issuer: gateway.relay.issuer })
    expect(claimsOf(sealed.token).aud).toBe('https://api.example/')
  })

  test('is refused where the operator wants bare tokens, with what to change', async () => {
    const { tokens } = await attack({ relay: { accessToken: 'provider' } })
    expect(tokens.status).toBe(500)
    expect(tokens.body.error_description).toContain('audience')
  })

  test('without the defence: with that audience accepted, it goes on bare', async () => {
    const { tokens } = await attack({ audiences: ['https://api.example'] })
    expect(claimsOf(tokens.body.access_token).aud).toBe('https://api.example/')
  })
})
