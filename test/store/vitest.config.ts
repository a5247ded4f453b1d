import { defineConfig, type ViteUserConfig } from 'vitest/config'

/** Needs `redis-server`; scripts/ci/store.sh brings it. */
const config: ViteUserConfig = defineConfig({
  test: { include: ['test/store/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 },
})

export default config
