import { readFileSync } from 'node:fs'
import { compile } from '../config/compile.ts'
import { type Diagnostic, formatDiagnostic } from '../config/diagnostic.ts'
import { allProblems } from '../config/problems.ts'
import { profiles } from '../providers/index.ts'
import type { Source } from '../source/source.ts'
import { type Command, defineCommand } from './command.ts'
import { FILE_OPTION, fileSource } from './file.ts'
import { type RuleRow, ruleRows } from './rules.ts'
import { table } from './table.ts'

/** Checks a configuration without starting anything. */
export const validate: Command = defineCommand({
  name: 'validate',
  summary: 'Check a configuration and print every problem with its place.',
  usage: ['validate [-f FILE] [--json]'],
  options: {
    file: FILE_OPTION,
    json: { type: 'boolean', help: 'Print the problems as JSON, for programs' },
  },
  examples: ['validate -f portcullis.yaml'],
  run({ values }, terminal) {
    const source = fileSource(values.file, terminal.environment)
    const { diagnostics, rules } = check(source)
    const errors = diagnostics.filter(({ severity }) => severity === 'error').length
    if (values.json) {
      terminal.print(JSON.stringify({ valid: errors === 0, diagnostics, rules }, undefined, 2))
    } else {
      for (const diagnostic of diagnostics) terminal.complain(formatDiagnostic(diagnostic))
      terminal.print(verdict(source.name, errors, diagnostics.length - errors))
      if (rules.length > 0) terminal.print(ruleTable(rules))
    }
    return errors === 0 ? 0 : 1
  },
})

type Checked = { readonly diagnostics: readonly Diagnostic[]; readonly rules: readonly RuleRow[] }

function check(source: Source): Checked {
  const loaded = source.read()
  const { resources, diagnostics } = loaded
  const context = { profiles, read: (path: string) => readFileSync(path, 'utf8') }
  if (diagnostics.some(({ severity }) => severity === 'error'))
    return { diagnostics: allProblems(loaded, context), rules: [] }
  const compiled = compile(resources, context)
  const { snapshot } = compiled
  return {
    diagnostics: [...diagnostics, ...compiled.diagnostics],
    rules: snapshot === undefined ? [] : ruleRows(snapshot),
  }
}

/** What each rule applies to, which is not written in it. */
function ruleTable(rules: readonly RuleRow[]): string {
  const rows = rules.map(({ route, place, effect, appliesTo, expression }) => [
    route,
    place,
    effect,
    appliesTo,
    expression,
  ])
  return ['rules:', ...table(rows).map(line => `  ${line}`)].join('\n')
}

function verdict(name: string, errors: number, warnings: number): string {
  const noted = warnings === 0 ? '' : `, ${count(warnings, 'warning')}`
  return errors === 0 ? `${name} is valid${noted}` : `${name}: ${count(errors, 'error')}${noted}`
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
