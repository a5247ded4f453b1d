/**
 * Turns the tables of the code into the pages of `docs/reference/`. Values in, Markdown out; `npm run
 * reference` writes the pages, and a test compares them.
 */

/** The part of JSON Schema that the configuration uses. */
export type Schema = {
  readonly type?: string | readonly string[] | undefined
  readonly description?: string | undefined
  readonly properties?: Readonly<Record<string, Schema>> | undefined
  readonly additionalProperties?: Schema | boolean | undefined
  readonly required?: readonly string[] | undefined
  readonly items?: Schema | undefined
  readonly anyOf?: readonly Schema[] | undefined
  readonly enum?: readonly unknown[] | undefined
}

export type RefusedKeys = {
  readonly places: readonly string[]
  readonly status: 'later' | 'outside'
  readonly names: readonly string[]
}

export type ProviderRow = {
  readonly name: string
  readonly title: string
  readonly options: ProviderOptions
}

type ProviderOptions = Readonly<
  Record<
    string,
    {
      readonly type: string
      readonly description: string
      readonly enum?: readonly string[]
      readonly items?: { readonly type: string; readonly enum?: readonly string[] }
      readonly properties?: ProviderOptions
    }
  >
>

export type FailureRow = {
  readonly status: number
  readonly code: number
  readonly oauth?: string | null
  readonly retryAfter?: number
  readonly meaning: string
}

export type MetricRow = {
  readonly name: string
  readonly help: string
  readonly labels: readonly string[]
  readonly buckets?: readonly number[]
}

/** `config.session` or `binds[].listeners[]`, and what stands there. */
type Section = { readonly path: string; readonly schema: Schema }

export function configurationPage(
  schema: Schema,
  providers: readonly ProviderRow[],
  refused: readonly RefusedKeys[],
): string {
  const sections = collectSections(schema)
  const top = sections[0]?.schema ?? schema
  return page('Configuration', [
    'Every key of the file. Headings show where keys stand; `NAME` is a name of yours. Numbers and booleans may also be strings, so that a variable can hold them. *Ours* marks what agentgateway does not have.',
    'The guide is [../configuration.md](../configuration.md).',
    heading(2, 'The file'),
    ...memberTable({ path: '', schema: top }, sections),
    ...sections
      .slice(1)
      .flatMap(section => [heading(2, code(section.path)), ...memberTable(section, sections)]),
    heading(2, 'Providers'),
    'What `provider` of `mcpAuthentication` takes, such as `provider: {keycloak: {}}`.',
    table(['provider', 'for', 'option', 'value', 'meaning'], providers.flatMap(providerRows)),
    heading(2, 'Refused keys'),
    'What agentgateway has and Portcullis refuses, by name and with its position, so that nothing is ignored by accident.',
    table(
      ['where', 'not supported yet', 'not what Portcullis is for'],
      refusedByPlace(refused).map(([place, later, outside]) => [place, list(later), list(outside)]),
    ),
  ])
}

export function errorsPage(failures: Readonly<Record<string, FailureRow>>): string {
  return page('Errors', [
    'Each refusal has a reason. It is the `reason` of the access log and the label of metrics. A refused JSON-RPC message is answered with the status and an error with the code; a refused token with a challenge (`WWW-Authenticate`) that carries the OAuth error.',
    table(
      ['reason', 'status', 'JSON-RPC code', 'OAuth error', 'Retry-After', 'meaning'],
      Object.entries(failures).map(([kind, row]) => [
        code(kind),
        String(row.status),
        String(row.code),
        oauthError(row.oauth),
        row.retryAfter === undefined ? '' : `${row.retryAfter} s`,
        row.meaning,
      ]),
    ),
  ])
}

export function metricsPage(groups: Readonly<Record<string, readonly MetricRow[]>>): string {
  return page('Metrics', [
    'What `/metrics` of the admin listener says, in the Prometheus text format.',
    table(
      ['metric', 'type', 'labels', 'meaning'],
      Object.entries(groups).flatMap(([type, rows]) =>
        rows.map(row => [code(row.name), type, list(row.labels), row.help]),
      ),
    ),
    ...Object.values(groups)
      .flat()
      .filter(row => row.buckets !== undefined)
      .map(row => `Buckets of ${code(row.name)}, in seconds: ${row.buckets?.join(', ')}.`),
  ])
}

function providerRows({ name, title, options }: ProviderRow): string[][] {
  const rows = optionRows(options)
  return (rows.length === 0 ? [['', '', '']] : rows).map((row, i) =>
    i === 0 ? [code(name), title, ...row] : ['', '', ...row],
  )
}

/** Members of members as paths. */
function optionRows(options: ProviderOptions, path = ''): string[][] {
  return Object.entries(options).flatMap(([name, option]) => [
    [code(path + name), optionType(option), option.description],
    ...optionRows(option.properties ?? {}, `${path}${name}.`),
  ])
}

function optionType({ type, enum: words, items }: ProviderOptions[string]): string {
  const isList = type === 'array'
  const choice = (isList ? items?.enum : words)?.map(value => (value === ' ' ? 'space' : value))
  const value = choice === undefined ? (isList ? (items?.type ?? '') : type) : list(choice)
  const plain = value === 'secret' ? 'string or {file}' : value
  return isList ? `list of ${plain}` : plain === 'object' ? 'map' : plain
}

function oauthError(error: string | null | undefined): string {
  if (error === undefined) return ''
  return error === null ? 'a challenge without one' : code(error)
}

/** Every object with members, once: a second place with the same members refers to the first. */
function collectSections(schema: Schema, path = '', found: Section[] = []): Section[] {
  const own = objectOf(schema)
  if (own === undefined) return found
  if (hasMembers(own) && found.some(section => sameMembers(section.schema, own))) return found
  if (hasMembers(own)) found.push({ path, schema: own })
  for (const [name, member] of Object.entries(own.properties ?? {})) {
    collectSections(member, path === '' ? name : `${path}.${name}`, found)
  }
  if (typeof own.additionalProperties === 'object') {
    collectSections(own.additionalProperties, `${path}.NAME`, found)
  }
  return found
}

function hasMembers(schema: Schema): boolean {
  return Object.keys(schema.properties ?? {}).length > 0
}

function sameMembers(a: Schema, b: Schema): boolean {
  return JSON.stringify(a.properties) === JSON.stringify(b.properties)
}

/** The object that a value is, is a list of, or may be; undefined for plain values and short forms. */
function objectOf(schema: Schema): Schema | undefined {
  if (schema.items !== undefined) return objectOf(schema.items)
  if (schema.anyOf !== undefined) {
    const objects = schema.anyOf.map(objectOf).filter(one => one !== undefined)
    return objects.find(one => objects.length === schema.anyOf?.length || !isShort(one))
  }
  return schema.type === 'object' ? schema : undefined
}

/** `{file}` beside a plain value needs no section of its own. */
function isShort(schema: Schema): boolean {
  return Object.values(schema.properties ?? {}).every(member => objectOf(member) === undefined)
}

function memberTable({ schema }: Section, sections: readonly Section[]): string[] {
  const rows = Object.entries(schema.properties ?? {}).map(([name, member]) => {
    const needed = schema.required?.includes(name) === true
    const { description = '' } = member
    const ours = description.startsWith('Ours. ')
    return [
      code(name) + (needed ? ' (needed)' : ''),
      typeOf(member, sections),
      (ours ? '*Ours.* ' : '') + description.replace(/^Ours\. /, ''),
    ]
  })
  return [table(['key', 'value', 'meaning'], rows)]
}

function typeOf(schema: Schema, sections: readonly Section[]): string {
  if (schema.enum !== undefined) return schema.enum.map(value => code(String(value))).join(', ')
  if (schema.items !== undefined) return `list of ${typeOf(schema.items, sections)}`
  if (schema.anyOf !== undefined) return alternatives(schema.anyOf, sections)
  if (schema.type !== 'object') return plainType([schema.type ?? 'any value'].flat())
  const section = sections.find(one => sameMembers(one.schema, schema))
  if (hasMembers(schema) && section !== undefined) return link(section.path)
  if (hasMembers(schema)) return code(`{${Object.keys(schema.properties ?? {}).join(', ')}}`)
  const values = schema.additionalProperties
  return typeof values === 'object' && Object.keys(values).length > 0
    ? `map of ${typeOf(values, sections)}`
    : 'map'
}

/** A number or boolean that may come out of a variable is shown without that string. */
function plainType(types: readonly string[]): string {
  return types.find(type => type === 'boolean' || type === 'integer') ?? types.join(' or ')
}

function alternatives(schemas: readonly Schema[], sections: readonly Section[]): string {
  const [first, second] = schemas
  if (schemas.length === 2 && first?.type === 'integer' && second?.type === 'string')
    return 'integer'
  const types = schemas.flatMap(one => typeOf(one, sections).split(' or '))
  return [...new Set(types)].filter(type => type !== 'null').join(' or ')
}

/** One row per place, in the order in which places are first named. */
function refusedByPlace(
  refused: readonly RefusedKeys[],
): (readonly [place: string, later: readonly string[], outside: readonly string[]])[] {
  const places = [...new Set(refused.flatMap(row => row.places))]
  const names = (place: string, status: RefusedKeys['status']): readonly string[] =>
    refused
      .filter(row => row.status === status && row.places.includes(place))
      .flatMap(row => row.names)
  return places.map(place => [place, names(place, 'later'), names(place, 'outside')])
}

function page(title: string, blocks: readonly string[]): string {
  const origin = '<!-- Made from the code by `npm run reference`. Do not edit. -->'
  return `${[heading(1, title), origin, ...blocks].join('\n\n')}\n`
}

function heading(level: number, text: string): string {
  return `${'#'.repeat(level)} ${text}`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n')
}

function list(names: readonly string[]): string {
  return names.map(code).join(', ')
}

function code(text: string): string {
  return `\`${text}\``
}

function link(path: string): string {
  const anchor = path.toLowerCase().replace(/[^\w-]/g, '')
  return `[${code(path.slice(path.lastIndexOf('.') + 1))}](#${anchor})`
}
