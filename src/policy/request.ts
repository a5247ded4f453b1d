import type { IncomingHttpHeaders } from 'node:http'
import { Budget } from '../cel/budget.ts'
import {
  type McpVariable,
  RequestVariable,
  SourceVariable,
  type Variables,
} from '../cel/variables.ts'
import type { Subject } from './subject.ts'

/** What policies know of an HTTP request. */
export type RequestFacts = {
  readonly method: string
  /** Normalised, without query. */
  readonly path: string
  readonly host: string
  readonly headers: IncomingHttpHeaders
  /** Without the question mark. */
  readonly query: string
  /** Of the client, behind the proxies that are trusted. */
  readonly address: string
}

/** Headers that carry credentials: rules judge who calls by `identity` and `jwt`. */
const HIDDEN: ReadonlySet<string> = new Set(['authorization', 'cookie', 'proxy-authorization'])

/** The variables of one evaluation; what no expression reads is never made. */
export class RequestVariables implements Variables {
  readonly mcp: McpVariable | undefined
  readonly budget: Budget
  readonly #facts: RequestFacts
  readonly #subject: Subject
  readonly #now: () => number
  #request: RequestVariable | undefined

  /**
   * @param now milliseconds since 1970
   * @param budget of the decision that this evaluation is a part of
   */
  constructor(
    facts: RequestFacts,
    subject: Subject,
    now: () => number,
    mcp?: McpVariable,
    budget: Budget = new Budget(),
  ) {
    this.#facts = facts
    this.#subject = subject
    this.#now = now
    this.mcp = mcp
    this.budget = budget
  }

  get identity(): Variables['identity'] {
    return this.#subject.variable
  }

  get jwt(): Variables['jwt'] {
    return this.#subject.jwt()
  }

  get apiKey(): Variables['apiKey'] {
    return this.#subject.apiKey()
  }

  get source(): SourceVariable {
    return new SourceVariable(this.#facts.address)
  }

  get now(): Date {
    return new Date(this.#now())
  }

  get request(): RequestVariable {
    const { method, path, host, headers, query } = this.#facts
    this.#request ??= new RequestVariable({
      method,
      path,
      host,
      headers: visible(headers),
      query: Object.fromEntries(new URLSearchParams(query)),
    })
    return this.#request
  }
}

function visible(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || HIDDEN.has(name) ? [] : [[name, [value].flat().join(', ')]],
    ),
  )
}
