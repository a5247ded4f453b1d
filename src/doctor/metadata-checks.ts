import type { Check } from './check.ts'
import { difference } from './difference.ts'
import { type Exchange, type Members, membersOf, outcome } from './exchange.ts'

/** RFC 9728 §2 and §3; MCP, authorization. */
export const metadataChecks: readonly Check[] = [
  {
    name: 'named-metadata',
    fine: 'the metadata is where the challenge says',
    look: ({ challenge, metadata: { named } }) => {
      const place = challenge?.resource_metadata
      if (place === undefined) return 'unknown'
      if (named === undefined) {
        return {
          says: 'the challenge names a place for the metadata that is no URL',
          evidence: [`got     ${place}`],
          change: 'name an absolute URL',
        }
      }
      return unreadable(named, 'most clients read it there and nowhere else')
    },
  },
  {
    name: 'inserted-metadata',
    fine: 'the metadata is where RFC 9728 puts it',
    look: ({ metadata: { inserted } }) =>
      unreadable(inserted, 'clients that do not use the challenge read it there'),
  },
  {
    name: 'metadata-with-token',
    fine: 'the metadata can be read with any token',
    look: ({ metadata: { withDeadToken, members } }) =>
      members === undefined
        ? 'unknown'
        : unreadable(withDeadToken, 'the Inspector sends its old token along'),
  },
  {
    name: 'resource',
    fine: 'resource is the URL that users type',
    look: ({ url, metadata: { members } }) => {
      if (members === undefined) return 'unknown'
      const { resource } = members
      if (resource === url) return undefined
      const got = typeof resource === 'string' ? resource : String(JSON.stringify(resource))
      const slash = got.replace(/\/$/, '') === url.replace(/\/$/, '')
      return {
        says: slash
          ? 'resource has another slash at its end than the URL: VS Code and Claude compare every byte'
          : 'resource is not this URL: clients refuse the metadata, because tokens would be for something else',
        evidence: difference(got, url),
        change:
          'set resourceMetadata.resource (behind a proxy: publicUrl) to the URL that users type',
        weak: slash,
      }
    },
  },
  {
    name: 'authorization-servers',
    fine: 'the metadata names an authorization server',
    look: ({ metadata: { members }, authorizationServer }) => {
      if (members === undefined) return 'unknown'
      if (authorizationServer !== undefined) return undefined
      return {
        says: 'the metadata names no authorization server that is a URL',
        evidence: [`got     ${JSON.stringify(members.authorization_servers)}`],
        change: 'name the issuer in authorization_servers',
      }
    },
  },
  {
    name: 'metadata-members',
    fine: 'no member of the metadata is null',
    look: ({ metadata: { members } }) => (members === undefined ? 'unknown' : nullMembers(members)),
  },
]

function unreadable(place: Exchange, who: string): ReturnType<Check['look']> {
  if (membersOf(place) !== undefined) return undefined
  return {
    says: `${place.method} ${place.url} is no JSON object with status 200: ${who}`,
    evidence: [`got     ${outcome(place)}`],
    change: 'let this path reach the gateway: a proxy in front often keeps /.well-known for itself',
  }
}

/** VS Code reads some members without looking whether they are there. */
export function nullMembers(members: Members): ReturnType<Check['look']> {
  const nulls = Object.keys(members).filter(name => members[name] === null)
  if (nulls.length === 0) return undefined
  return {
    says: `members are null, which VS Code takes for a URL: ${nulls.join(', ')}`,
    change: 'leave out what is not there',
  }
}
