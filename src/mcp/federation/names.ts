/**
 * How several servers share one space of names. Names of targets hold neither `_` nor `+` nor `:` (the
 * configuration sees to it), so the first of these ends the target, and every join can be taken apart.
 */

/** A name as clients see it, taken apart. */
export type Split = { readonly target: string; readonly name: string }

const UI = 'ui://'

/** Tools and prompts: `{target}_{name}`. */
export function joinName(target: string, name: string): string {
  return `${target}_${name}`
}

/** Undefined: no target is named. */
export function splitName(name: string): Split | undefined {
  return splitAt(name, '_')
}

/** Resources: `{target}+{uri}`; `ui://{target}+rest`, so that MCP Apps still see their scheme. */
export function joinUri(target: string, uri: string): string {
  return uri.startsWith(UI) ? `${UI}${target}+${uri.slice(UI.length)}` : `${target}+${uri}`
}

export function splitUri(uri: string): Split | undefined {
  if (!uri.startsWith(UI)) return splitAt(uri, '+')
  const split = splitAt(uri.slice(UI.length), '+')
  return split && { target: split.target, name: UI + split.name }
}

/** Tasks: `{target}+{id}`. */
export function joinTask(target: string, id: string): string {
  return `${target}+${id}`
}

export function splitTask(id: string): Split | undefined {
  return splitAt(id, '+')
}

/** Which names carry their target. */
export type Naming = {
  /** Of tools and prompts; false with several targets: the catalog knows whose they are. */
  readonly names: boolean
  /** URIs and task ids, which no catalog could list. */
  readonly uris: boolean
}

export function namingOf(prefixMode: 'always' | 'conditional' | 'never', targets: number): Naming {
  const several = targets !== 1
  return {
    names: prefixMode === 'always' || (prefixMode === 'conditional' && several),
    uris: prefixMode === 'always' || several,
  }
}

function splitAt(text: string, separator: string): Split | undefined {
  const at = text.indexOf(separator)
  return at <= 0 ? undefined : { target: text.slice(0, at), name: text.slice(at + 1) }
}
