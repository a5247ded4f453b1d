import type { Fetch, FetchRequest, FetchResponse } from '../providers/fetch.ts'

/** One question that was asked from outside, and what came of it. */
export type Exchange = {
  readonly method: string
  readonly url: string
  /** Undefined: no whole answer came; `problem` says why. */
  readonly answer: FetchResponse | undefined
  readonly problem: string | undefined
}

/** Never rejects: that nothing answers is a finding too. */
export async function exchange(fetch: Fetch, request: FetchRequest): Promise<Exchange> {
  const { method = 'GET', url } = request
  try {
    return { method, url, answer: await fetch(request), problem: undefined }
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    return { method, url, answer: undefined, problem }
  }
}

/** The JSON object that was answered with 200; undefined for everything else. */
export function membersOf({ answer }: Exchange): Members | undefined {
  if (answer?.status !== 200) return undefined
  try {
    const value: unknown = JSON.parse(answer.body)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Members) : undefined
  } catch {
    return undefined
  }
}

export type Members = Readonly<Record<string, unknown>>

/** What was answered, in few words: a status, what kind of body, or why there is none. */
export function outcome({ answer, problem }: Exchange): string {
  if (answer === undefined) return problem ?? 'no answer'
  const { 'content-type': type, location } = answer.headers
  if (location !== undefined) return `${answer.status}, to ${location}`
  return type === undefined ? String(answer.status) : `${answer.status}, ${type}`
}
