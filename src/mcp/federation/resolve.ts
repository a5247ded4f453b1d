import type { CallFailure } from '../failure.ts'
import type { Target } from '../target.ts'
import { isCallFailure } from './ask.ts'
import type { Catalog } from './catalog.ts'
import { type Members, type Scope, targetNamed } from './members.ts'
import { type Split, splitName, splitTask, splitUri } from './names.ts'
import { invalidParams, type RpcRefusal } from './refusal.ts'
import type { NameSpace } from './routing.ts'

/** A name, and whose it is. */
export type Resolved = { readonly target: Target; readonly name: string }

/** Finds the target of a name that a client uses. */
export type Resolve = (
  space: NameSpace,
  name: string,
  scope: Scope,
) => Promise<Resolved | { readonly refusal: RpcRefusal } | CallFailure>

export function createResolve(members: Members, catalog: Catalog): Resolve {
  const { naming, targets } = members

  return async (space, name, scope) => {
    const unknown = unknownName(space, name)
    const found = await find(space, name, scope)
    if ('refusal' in found || isCallFailure(found)) return found
    const [owner, upstream] =
      found.owner === undefined ? [undefined, ''] : [found.owner, found.name]
    if (owner === undefined) return unknown
    if (space === 'tool' && !members.selects(owner.name, upstream)) return unknown
    return { target: owner, name: upstream }
  }

  async function find(
    space: NameSpace,
    name: string,
    scope: Scope,
  ): Promise<{ owner: Target | undefined; name: string } | { refusal: RpcRefusal } | CallFailure> {
    const prefixed = space === 'uri' || space === 'task' ? naming.uris : naming.names
    if (prefixed) {
      const split = SPLITS[space](name)
      return { owner: split && targetNamed(members, split.target), name: split?.name ?? '' }
    }
    if (targets.length === 1 || space === 'uri' || space === 'task')
      return { owner: targets[0], name }
    const owners = await catalog.owners(space, name, scope)
    if (isCallFailure(owners)) return owners
    if (owners.length > 1) {
      const names = owners.map(owner => owner.name).join(' and ')
      return {
        refusal: invalidParams(
          `Ambiguous ${space}: ${names} all offer ${JSON.stringify(name)}, so none of them is called`,
        ),
      }
    }
    return { owner: owners[0], name }
  }
}

const SPLITS: Readonly<Record<NameSpace, (name: string) => Split | undefined>> = {
  tool: splitName,
  prompt: splitName,
  uri: splitUri,
  task: splitTask,
}

const WORDS: Readonly<Record<NameSpace, string>> = {
  tool: 'tool',
  prompt: 'prompt',
  uri: 'resource',
  task: 'task',
}

/** In the words in which rules hide a name, so that nobody learns what exists. */
export function unknownName(space: NameSpace, name: string): CallFailure {
  return { kind: 'unknown_name', detail: `Unknown ${WORDS[space]}: ${name}` }
}
