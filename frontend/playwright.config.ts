import { defineConfig } from '@playwright/test';

// The journeys run against a server that is already up, named by HANZHI_URL. One after the other: they
// share a machine with the transcoder, and a learner's line is measured.
export default defineConfig({
	testDir: 'e2e',
	testIgnore: 'pictures/**',
	globalSetup: './e2e/fixtures/stage.ts',
	timeout: 60_000,
	expect: { timeout: 10_000 },
	workers: 1,
	forbidOnly: true,
	reporter: [['list']],
	use: {
		baseURL: process.env.HANZHI_URL ?? 'http://127.0.0.1:8080',
		viewport: { width: 360, height: 640 },
		locale: 'en-GB',
		trace: 'retain-on-failure',
		actionTimeout: 15_000,
		navigationTimeout: 30_000,
		launchOptions: {
			executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
			args: [
				'--no-sandbox',
				'--disable-gpu',
				'--disable-quic',
				'--no-first-run',
				'--disable-background-networking',
				'--disable-component-update',
				'--disable-sync',
				'--autoplay-policy=no-user-gesture-required'
			]
		}
	}
});
