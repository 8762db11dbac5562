import { paraglideVitePlugin } from '@inlang/paraglide-js';
import adapter from '@sveltejs/adapter-static';
import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vite';
import { codeSplitting } from './scripts/chunks.js';
import { paraglide } from './scripts/paraglide.js';
import { sourceVersion } from './scripts/version.js';
import { ownStrokes } from './scripts/vite-hanzi-writer.js';
import { messageBundles } from './scripts/vite-messages.js';

// The server that `npm run dev` talks to; the built app is served by the server itself.
const target = process.env.HANZHI_URL ?? 'http://127.0.0.1:8080';
const proxied = ['/api', '/v', '/live', '/healthz', '/readyz'];

export default defineConfig(({ command }) => ({
	plugins: [
		// A build takes the messages that `npm run messages` has just compiled.
		command === 'serve' ? paraglideVitePlugin(paraglide) : undefined,
		messageBundles(),
		ownStrokes(),
		sveltekit({
			adapter: adapter({ fallback: 'index.html' }),
			paths: { relative: false },
			// The document is the shell of every page: an hour is soon enough to notice a new one.
			version: { name: sourceVersion(), pollInterval: 3_600_000 },
			// Registered by src/lib/services/shell.ts, which also clears it at sign-out.
			serviceWorker: { register: false }
		})
	],
	build: { target: 'es2022', assetsInlineLimit: 1024 },
	environments: {
		client: { build: { rolldownOptions: { output: { codeSplitting } } } }
	},
	server: {
		proxy: Object.fromEntries(proxied.map((path) => [path, { target, ws: path === '/api' }]))
	}
}));
