import { svelte } from '@sveltejs/vite-plugin-svelte';
import { configDefaults, defineConfig } from 'vitest/config';

// Waits with false timers for bodies that break off, which never come to an end in a context of Node's vm.
const NETWORK = 'src/lib/player/engine/net.test.ts';

// Units run without SvelteKit: what needs its router belongs into a page and into a journey.
export default defineConfig({
	plugins: [svelte()],
	// Without this, Vitest would load Svelte's server build.
	resolve: {
		conditions: ['browser'],
		alias: { 'virtual:messages': new URL('./scripts/no-messages.js', import.meta.url).pathname }
	},
	test: {
		environment: 'jsdom',
		restoreMocks: true,
		projects: [
			{
				// Loads jsdom once per worker and gives every file a context of its own; a process for each of
				// them spends most of its time on loading.
				extends: true,
				test: {
					name: 'units',
					include: ['src/**/*.test.ts', 'tests/**/*.test.ts'],
					exclude: [...configDefaults.exclude, NETWORK],
					pool: 'vmThreads'
				}
			},
			{ extends: true, test: { name: 'network', include: [NETWORK] } }
		]
	}
});
