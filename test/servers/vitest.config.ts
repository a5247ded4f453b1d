import { defineConfig, type ViteUserConfig } from 'vitest/config'

/** Needs servers of other people, in Node and in Python; scripts/ci/servers.sh brings them. */
const config: ViteUserConfig = defineConfig({
  test: { include: ['test/servers/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 120_000 },
})

export default config
