import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [svelte(), svelteTesting()],
  resolve: { alias: { '@': import.meta.dirname } },
  test: {
    include: ['tests/{unit,property,simulation,integration}/**/*.test.ts'],
    testTimeout: 20_000,
  },
});
