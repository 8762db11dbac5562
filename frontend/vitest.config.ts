import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

// Units run without SvelteKit: what needs its router belongs into a page and into a journey.
export default defineConfig({
	plugins: [svelte()],
	// Without this, Vitest would load Svelte's server build.
	resolve: {
		conditions: ['browser'],
		alias: { 'virtual:messages': new URL('./scripts/no-messages.js', import.meta.url).pathname }
	},
	test: {
		include: ['src/**/*.test.ts', 'tests/**/*.test.ts'],
		environment: 'jsdom',
		restoreMocks: true
	}
});
