const COLOURS: Readonly<Record<string, string>> = {
  trace: '\u001b[90m',
  debug: '\u001b[90m',
  info: '\u001b[32m',
  warn: '\u001b[33m',
  error: '\u001b[31m',
}
const DIM = '\u001b[2m'
const OFF = '\u001b[0m'

/**
 * One JSON log line as a person reads it: `12:04:33.120 warn  message  name=value …`, an error's
 * stack indented below. Control characters in values stay escaped, so that what a stranger sent
 * cannot draw on the terminal.
 */
export function readable(line: string, colour: boolean): string {
  const { time, level, msg, ...fields } = JSON.parse(line) as Record<string, unknown>
  const paint = (code: string, text: string): string => (colour ? code + text + OFF : text)
  const stacks: string[] = []
  const pairs = Object.entries(fields).map(([name, value]) => {
    const stack = stackOf(value)
    if (stack === undefined) return `${paint(DIM, `${name}=`)}${field(value)}`
    stacks.push(...stack)
    return `${paint(DIM, `${name}=`)}${field((value as { message: unknown }).message)}`
  })
  const head = `${paint(DIM, String(time).slice(11, 23))} ${paint(
    COLOURS[String(level)] ?? '',
    String(level).padEnd(5),
  )} ${escapeControls(String(msg ?? ''))}`
  const below = stacks.map(text => `\n    ${paint(DIM, escapeControls(text))}`).join('')
  return `${[head, ...pairs].join('  ')}${below}\n`
}

function field(value: unknown): string {
  if (typeof value !== 'string') return escapeControls(JSON.stringify(value))
  return /^[\w.:/@+*~%,[\]-]+$/.test(value) ? value : escapeControls(JSON.stringify(value))
}

/** The lines of an error's stack and of its causes; undefined when the value is no error. */
function stackOf(value: unknown): string[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { stack, cause } = value as { stack?: unknown; cause?: unknown }
  if (typeof stack !== 'string') return undefined
  const causes = stackOf(cause)
  return [...stack.split('\n'), ...(causes === undefined ? [] : ['caused by', ...causes])]
}

function escapeControls(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Zl}\p{Zp}]/gu,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
