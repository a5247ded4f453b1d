import { expect, test } from 'vitest'
import * as z from 'zod'
import { configurationPage, errorsPage, metricsPage, type Schema } from '../../scripts/reference.ts'
import { configuration } from '../../src/config/schema/configuration.ts'
import { unsupported } from '../../src/config/unsupported.ts'
import { FAILURES } from '../../src/http/failure.ts'
import { COUNTERS, GAUGES, HISTOGRAMS } from '../../src/observe/metric-table.ts'
import { profiles } from '../../src/providers/index.ts'

/** Pages that are made from the code. `npm run reference` writes them, a plain run compares. */
const schema = z.toJSONSchema(configuration, {
  io: 'input',
  reused: 'inline',
  unrepresentable: 'any',
})

const pages: Readonly<Record<string, string>> = {
  configuration: configurationPage(schema as Schema, Object.values(profiles), unsupported),
  errors: errorsPage(FAILURES),
  metrics: metricsPage({
    counter: Object.values(COUNTERS),
    gauge: Object.values(GAUGES),
    histogram: Object.values(HISTOGRAMS),
  }),
}

test.each(Object.entries(pages))(
  'docs/reference/%s.md is what the code says',
  async (name, text) => {
    await expect(text).toMatchFileSnapshot(`../../docs/reference/${name}.md`)
  },
)

test.each(['binds', 'mcp', 'config'])('the configuration page describes %s', key => {
  expect(pages.configuration).toContain(`| \`${key}\` |`)
})
