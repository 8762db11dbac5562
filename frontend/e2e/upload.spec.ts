import type { Client } from './fixtures/api.ts';
import { withoutPicker } from './fixtures/files.ts';
import { slowLine } from './fixtures/line.ts';
import { DESK, expect, test, type Page } from './fixtures/test.ts';
import { heavier } from './fixtures/video.ts';

// 4 MB at 1.6 Mbit/s are on their way for twenty seconds.
async function begin(page: Page, path: string) {
	await withoutPicker(page);
	await slowLine(page, 1_600_000, 20);
	await page.goto('/studio/media');
	const chooser = page.waitForEvent('filechooser');
	await page.getByRole('button', { name: 'Upload', exact: true }).click();
	await (await chooser).setFiles(path);
	await dock(page).getByRole('button').first().click();
	await expect.poll(() => sent(page), { timeout: 20_000 }).toBeGreaterThan(0.2);
}

const dock = (page: Page) => page.getByRole('region', { name: 'Uploads' });

/** Share of the file that has left, 0…1. */
async function sent(page: Page): Promise<number> {
	const bar = dock(page).getByRole('progressbar').first();
	return Number(await bar.getAttribute('aria-valuenow')) / 100;
}

/** At which bytes the page's requests begin from now on. */
function offsetsOf(page: Page): number[] {
	const offsets: number[] = [];
	page.on('request', (request) => {
		const offset = request.headers()['upload-offset'];
		if (request.method() === 'PATCH' && offset) offsets.push(Number(offset));
	});
	return offsets;
}

async function whole(page: Page) {
	const state = dock(page).getByText(/Being checked|Being prepared|Playable|Ready/);
	await expect(state.first()).toBeVisible({ timeout: 60_000 });
}

test('an upload is paused and goes on where it stopped', async ({ as, api, stage }) => {
	const author = await api('author');
	const file = heavier(stage.video, stage.folder, 4);
	const page = await as('author', { viewport: DESK, serviceWorkers: 'block' });
	await begin(page, file);
	await dock(page).getByRole('button', { name: 'Pause' }).click();
	await expect(dock(page).getByText(/^Paused at/)).toBeVisible();
	const paused = await sent(page);
	await page.waitForTimeout(2000);
	expect(await sent(page), 'nothing leaves while it is paused').toBe(paused);
	const offsets = offsetsOf(page);
	await dock(page).getByRole('button', { name: 'Resume' }).click();
	await whole(page);
	expect(offsets[0], 'goes on where it stopped').toBeGreaterThan(0);
	await arrived(author, file);
});

test('an upload whose page was killed goes on when the file is chosen again', async ({
	as,
	api,
	stage
}) => {
	const author = await api('author');
	const file = heavier(stage.video, stage.folder, 4);
	const page = await as('author', { viewport: DESK, serviceWorkers: 'block' });
	await begin(page, file);
	const wire = await page.context().newCDPSession(page);
	const crash = page.waitForEvent('crash');
	void wire.send('Page.crash').catch(() => undefined);
	await crash;

	const again = await page.context().newPage();
	const offsets = offsetsOf(again);
	await again.goto('/studio/media');
	await dock(again).getByRole('button').first().click();
	await expect(dock(again).getByText(/are safe\. Choose the same file again/)).toBeVisible();
	const chooser = again.waitForEvent('filechooser');
	await dock(again).getByRole('button', { name: 'Go on' }).click();
	await (await chooser).setFiles(file);
	await whole(again);
	expect(offsets[0], 'what the server has is not sent again').toBeGreaterThan(0);
	await arrived(author, file);
});

/** The server has every byte and finds a video in them. */
async function arrived(author: Client, path: string) {
	const name = path.split('/').at(-1) ?? '';
	const find = () =>
		author.call<{ items: { id: string; state: string; durationMs: number }[] }>(
			'GET',
			`/api/studio/assets?query=${encodeURIComponent(name)}`
		);
	await expect
		.poll(async () => (await find()).items.map((asset) => asset.durationMs > 19_000), {
			timeout: 60_000
		})
		.toEqual([true]);
}
