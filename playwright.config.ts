import { defineConfig } from '@playwright/test';

/** Tests in a real Chromium. Each has its own browser, profile and database: see tests/support/device.ts. */
export default defineConfig({
  testDir: 'tests/e2e',
  testMatch: '**/*.test.ts',
  outputDir: 'test-results',
  timeout: 60_000,
  expect: { timeout: 15_000 },
  fullyParallel: true,
  workers: 2,
  forbidOnly: Boolean(process.env['CI']),
  // A browser on a busy machine may die under a test. One that passes only then is listed as flaky.
  retries: process.env['CI'] ? 1 : 0,
  reporter: 'list',
});
