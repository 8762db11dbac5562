import { defineConfig } from '@playwright/test';

// The journeys run against a server that is already up, named by HANZHI_URL. One after the other: they
// share a machine with the transcoder, and a learner's line is measured. When the last has ended, every page
// is looked at, two at a time: this changes nothing and measures nothing. As the teardown of the journeys it
// waits for them without depending on them: a journey that fails must not hide what is wrong with a page.
export default defineConfig({
	testDir: 'e2e',
	globalSetup: './e2e/fixtures/stage.ts',
	timeout: 60_000,
	expect: { timeout: 10_000 },
	workers: 2,
	projects: [
		{
			name: 'journeys',
			testIgnore: ['pictures/**', 'pages.spec.ts'],
			workers: 1,
			teardown: 'pages'
		},
		{ name: 'pages', testMatch: 'pages.spec.ts', fullyParallel: true, workers: 2 }
	],
	forbidOnly: true,
	// What a busy machine made late is walked once more, and reported as flaky. A fault fails twice.
	retries: 1,
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
