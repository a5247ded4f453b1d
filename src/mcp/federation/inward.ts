import type { Call } from '../call.ts'
import { type Change, edit, textAt } from '../json-text.ts'
import { isObject, type Message } from '../message.ts'
import type { Members } from './members.ts'
import { splitTask } from './names.ts'
import { RELATED_TASK } from './result-names.ts'

/**
 * What a client says, in the words of one target: the name at `path`, and the task that the message
 * belongs to.
 */
export function inward(
  { naming }: Members,
  text: string,
  message: Message,
  target: string,
  named?: { readonly path: readonly string[]; readonly name: string },
): string {
  const changes: Change[] = named === undefined ? [] : [[named.path, JSON.stringify(named.name)]]
  if (naming.uris) {
    changes.push(...relatedTask(message.params, ['params'], target))
    changes.push(...relatedTask(message.result, ['result'], target))
  }
  return edit(text, changes)
}

/** JSON text of the id of a call. */
export function idOf(call: Pick<Call, 'text'>): string | undefined {
  return textAt(call.text, ['id'])
}

function relatedTask(holder: unknown, path: readonly string[], target: string): Change[] {
  const meta = isObject(holder) ? holder._meta : undefined
  const related = isObject(meta) ? meta[RELATED_TASK] : undefined
  const id = isObject(related) ? related.taskId : undefined
  const split = typeof id === 'string' ? splitTask(id) : undefined
  if (split?.target !== target) return []
  return [[[...path, '_meta', RELATED_TASK, 'taskId'], JSON.stringify(split.name)]]
}
