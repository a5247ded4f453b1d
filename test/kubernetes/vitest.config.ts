import { defineConfig, type ViteUserConfig } from 'vitest/config'

const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/kubernetes/**/*.test.ts'],
    globalSetup: 'test/providers/keycloak-server.ts',
    testTimeout: 60_000,
    hookTimeout: 180_000,
    pool: 'forks',
    // The documents name the ports, so two files cannot run at once.
    maxWorkers: 1,
  },
})

export default config
