import { defineConfig, type ViteUserConfig } from 'vitest/config'

const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // These need more than npm; .ci/run starts them with a configuration of their own.
    exclude: [
      'test/providers/**',
      'test/conformance/**',
      'test/kubernetes/**',
      'test/store/**',
      'test/servers/**',
    ],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
})

export default config
