import type { Behaviour, Suite } from '../test/behaviours/behaviour.ts'

/** The page that says what became of the tests of other gateways. */
export function behavioursPage(
  projects: readonly { readonly name: string; readonly suites: readonly Suite[] }[],
): string {
  const all = projects.flatMap(({ suites }) => suites.flatMap(({ behaviours }) => behaviours))
  const apply = all.filter(row => 'requirements' in row).length
  return `# What other gateways test

<!-- Made from test/behaviours/ by \`npm run reference\`. Do not edit. -->

agentgateway and the Kuadrant MCP gateway have tests that say how a gateway for MCP behaves. They are here, similar ones in one row: ${apply} rows
are covered by [promises of ours](../test/requirements.ts), whose ids stand in the titles of their tests; ${all.length - apply} do not apply, for the reason that is given.

${projects.map(project => section(project)).join('\n')}`
}

function section({ name, suites }: { name: string; suites: readonly Suite[] }): string {
  return `## ${name}

${suites.map(({ name: suite, behaviours }) => `### ${suite}\n\n| case | behaviour | here |\n|---|---|---|\n${behaviours.map(line).join('')}`).join('\n')}`
}

function line(row: Behaviour): string {
  const here =
    'requirements' in row ? row.requirements.join(', ') : `*does not apply:* ${row.reason}`
  return `| ${row.name.replaceAll('_', '\\_').replaceAll('*', '\\*')} | ${row.behaviour} | ${here} |\n`
}
