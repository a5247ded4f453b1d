import { defineConfig, type ViteUserConfig } from 'vitest/config'

const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/providers/**/*.test.ts'],
    globalSetup: 'test/providers/keycloak-server.ts',
    testTimeout: 120_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // One server and one browser: more at a time would not be faster.
    maxWorkers: 1,
  },
})

export default config
