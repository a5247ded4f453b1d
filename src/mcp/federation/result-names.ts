import type { Change } from '../json-text.ts'
import { isObject } from '../message.ts'
import { joinTask, joinUri } from './names.ts'

/** `_meta` member that ties a message of 2025-11-25 to a task. */
export const RELATED_TASK = 'io.modelcontextprotocol/related-task'

type Found = readonly Change[]
type Json = Readonly<Record<string, unknown>>

/**
 * The changes to a result that make URIs and task ids in it those that clients send back to the gateway:
 * of resource links, embedded resources, contents, MCP Apps and tasks. Everything else stays.
 *
 * @param path of the result in its message
 */
export function resultChanges(
  target: string,
  result: unknown,
  path: Change[0],
  inTask = false,
): Found {
  if (!isObject(result)) return []
  return [
    ...each(result.content, [...path, 'content'], (block, at) => blockChanges(target, block, at)),
    ...each(result.messages, [...path, 'messages'], ({ content }, at) =>
      Array.isArray(content)
        ? each(content, [...at, 'content'], (block, place) => blockChanges(target, block, place))
        : isObject(content)
          ? blockChanges(target, content, [...at, 'content'])
          : [],
    ),
    ...each(result.contents, [...path, 'contents'], (item, at) => [
      ...uriChange(target, item.uri, [...at, 'uri']),
      ...appChanges(target, item, at),
    ]),
    ...appChanges(target, result, path),
    ...taskChanges(target, result, path),
    // The outcome of a task holds what the call would have answered.
    ...(typeof result.taskId === 'string' && !inTask
      ? resultChanges(target, result.result, [...path, 'result'], true)
      : []),
  ]
}

/** Task ids of a message: of its own, of the task that it makes, of the one that it belongs to. */
export function taskChanges(target: string, holder: Json, path: Change[0]): Found {
  const { task, _meta: meta } = holder
  const related = isObject(meta) ? meta[RELATED_TASK] : undefined
  return [
    ...taskChange(target, holder.taskId, [...path, 'taskId']),
    ...(isObject(task) ? taskChange(target, task.taskId, [...path, 'task', 'taskId']) : []),
    ...(isObject(related)
      ? taskChange(target, related.taskId, [...path, '_meta', RELATED_TASK, 'taskId'])
      : []),
  ]
}

/** Where a tool or result says which user interface belongs to it (MCP Apps; the flat form is older). */
export function appChanges(target: string, holder: Json, path: Change[0]): Found {
  const { _meta: meta } = holder
  if (!isObject(meta)) return []
  const ui = meta.ui
  return [
    ...(isObject(ui)
      ? uriChange(target, ui.resourceUri, [...path, '_meta', 'ui', 'resourceUri'])
      : []),
    ...uriChange(target, meta['ui/resourceUri'], [...path, '_meta', 'ui/resourceUri']),
  ]
}

export function uriChange(target: string, uri: unknown, path: Change[0]): Found {
  return typeof uri === 'string' ? [[path, JSON.stringify(joinUri(target, uri))]] : []
}

function taskChange(target: string, id: unknown, path: Change[0]): Found {
  return typeof id === 'string' ? [[path, JSON.stringify(joinTask(target, id))]] : []
}

function blockChanges(target: string, block: Json, path: Change[0]): Found {
  if (block.type === 'resource_link') return uriChange(target, block.uri, [...path, 'uri'])
  if (block.type !== 'resource' || !isObject(block.resource)) return []
  return uriChange(target, block.resource.uri, [...path, 'resource', 'uri'])
}

function each(
  list: unknown,
  path: Change[0],
  changes: (item: Json, path: Change[0]) => Found,
): Found {
  if (!Array.isArray(list)) return []
  return list.flatMap((item, index) => (isObject(item) ? changes(item, [...path, index]) : []))
}
