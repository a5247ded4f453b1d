import type { McpBackend } from '../config/snapshot.ts'
import { namingOf, type Split, splitName, splitTask, splitUri } from '../mcp/federation/names.ts'
import type { Item } from '../policy/item.ts'

/** What a name may stand for that clients write in calls of this kind; several where no prefix tells. */
export type ItemsNamed = (kind: Item['kind'], name: string) => readonly Item[]

type Space = { readonly split: (name: string) => Split | undefined; readonly of: 'names' | 'uris' }

const NAMES: Space = { split: splitName, of: 'names' }
const SPACES: Readonly<Record<Item['kind'], Space>> = {
  tool: NAMES,
  prompt: NAMES,
  resource: { split: splitUri, of: 'uris' },
  task: { split: splitTask, of: 'uris' },
}

export function createItemsNamed({ prefixMode, targets }: McpBackend): ItemsNamed {
  const naming = namingOf(prefixMode, targets.length)
  return (kind, name) => {
    const { split, of } = SPACES[kind]
    if (!naming[of]) return targets.map(target => ({ kind, name, target: target.name }))
    const parts = split(name)
    return parts === undefined ? [] : [{ kind, ...parts }]
  }
}
