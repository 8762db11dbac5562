import { newId } from './fixtures/api.ts';
import { measuredLine, slowLine } from './fixtures/line.ts';
import { DESK, expect, PHONE, test, type Page } from './fixtures/test.ts';
import { played, playsTo, startButton } from './fixtures/watch.ts';
import { withoutPicker } from './fixtures/files.ts';
import type { Person } from './fixtures/api.ts';

// The platform's promise, once from end to end.
test.describe.configure({ mode: 'serial', timeout: 420_000 });

const LINE = { bitsPerSecond: 400_000, roundTripMs: 400 };

async function signIn(page: Page, { email, password }: Person) {
	await page.getByLabel('E-mail address').fill(email);
	await page.getByLabel('Password', { exact: true }).fill(password);
	await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
}

async function saved(page: Page) {
	await expect(page.getByText('Saved', { exact: true }).first()).toBeVisible({ timeout: 15_000 });
}

async function makeCourse(page: Page, title: string) {
	await page
		.getByRole('navigation', { name: 'Main' })
		.getByRole('link', { name: 'Studio' })
		.click();
	await page.getByRole('button', { name: 'New course' }).click();
	await page.getByLabel('Course title').fill(title);
	await page.getByRole('button', { name: 'Make the course' }).click();
	await page.waitForURL(/\/studio\/courses\//);
	await page.getByRole('button', { name: 'Vocational unit' }).click();
	await page.keyboard.type('At the machine');
	await page.getByRole('button', { name: 'Lesson', exact: true }).click();
	await page.keyboard.type('Switch it on');
	await page.getByRole('button', { name: 'About', exact: true }).click();
	await page.getByRole('switch', { name: 'Open to everyone' }).check();
	await page.getByRole('button', { name: 'Video', exact: true }).click();
	await page.keyboard.type('The switch');
	await saved(page);
}

async function uploadVideo(page: Page, path: string) {
	const chooser = page.waitForEvent('filechooser');
	await page.getByRole('button', { name: 'Upload a video' }).click();
	await (await chooser).setFiles(path);
	const inside = page.getByRole('group', { name: 'Video' });
	await expect(inside.getByText(/Being checked|Being prepared|Playable/).first()).toBeVisible({
		timeout: 60_000
	});
	await expect(inside.getByText('Ready', { exact: true })).toBeVisible({ timeout: 300_000 });
	await saved(page);
}

async function writeCaption(page: Page, text: string) {
	await page
		.getByRole('group', { name: 'Video' })
		.getByRole('link', { name: /Captions/ })
		.click();
	await page.getByRole('button', { name: 'Begin', exact: false }).click();
	await page.getByRole('button', { name: 'Add a line here' }).click();
	await page.getByLabel(/^Line 1, /).fill(text);
	await saved(page);
	await page.getByRole('link', { name: 'Back' }).click();
}

test('an author makes a course, a student streams it on a slow line and goes on elsewhere', async ({
	as,
	api,
	stage
}) => {
	const mark = newId().slice(-6);
	const title = `Milling machine 铣床 ${mark}`;
	let stopped = 0;

	await test.step('the author makes and publishes the course', async () => {
		const page = await as(undefined, { viewport: DESK });
		await withoutPicker(page);
		await page.goto('/sign-in');
		await signIn(page, stage.people.author);
		await page.waitForURL('**/today');
		await makeCourse(page, title);
		await uploadVideo(page, stage.video);
		await writeCaption(page, '打开开关。');
		await page.getByRole('tab', { name: 'Publish' }).click();
		await page.getByRole('button', { name: 'Publish', exact: true }).click();
		await expect(page.getByRole('link', { name: 'See its page' })).toBeVisible();
		await page.context().close();
	});

	await test.step('a student finds it, joins and watches over 400 kbit/s', async () => {
		// Without the worker every byte goes over the page's own slow line.
		const page = await as(undefined, { viewport: PHONE, serviceWorkers: 'block' });
		await slowLine(page, LINE.bitsPerSecond, LINE.roundTripMs);
		await page.goto('/courses');
		await page.getByRole('searchbox').fill(`铣床 ${mark}`);
		await page.getByRole('link', { name: title }).click();
		await page.getByRole('button', { name: 'Join the course' }).click();
		await signIn(page, stage.people.student);
		await page.getByRole('button', { name: 'Join the course' }).click();
		await page.getByRole('link', { name: 'Begin the first lesson' }).click();
		await expect(page.getByRole('region', { name: 'Transcript' })).toContainText('打开开关。');
		await startButton(page).click();
		const state = await playsTo(page, 8, 60_000);
		expect(state.frames, 'pictures are decoded').toBeGreaterThan(0);
		expect(state.soundBytes, 'sound is decoded').toBeGreaterThan(0);
		expect(await measuredLine(page), 'the line is slow').toBeLessThan(LINE.bitsPerSecond * 1.2);
		await page.getByRole('button', { name: 'Pause' }).first().click();
		stopped = (await played(page)).time;
		const student = await api('student');
		await expect
			.poll(async () => JSON.stringify(await student.call('GET', '/api/today')), {
				timeout: 30_000
			})
			.toContain('Switch it on');
		await page.close();
	});

	await test.step('on another device the student goes on where they were', async () => {
		const page = await as(undefined, { viewport: DESK, serviceWorkers: 'block' });
		await slowLine(page, LINE.bitsPerSecond, LINE.roundTripMs);
		await page.goto('/sign-in');
		await signIn(page, stage.people.student);
		const go = page
			.getByRole('region')
			.or(page.locator('section'))
			.filter({ hasText: 'Go on here' });
		await expect(go.first()).toContainText('Switch it on');
		await go.first().getByRole('link', { name: 'Go on' }).click();
		await expect(startButton(page)).toContainText(/Go on at 0:/);
		await startButton(page).click();
		await expect.poll(async () => (await played(page)).paused).toBe(false);
		const { time } = await playsTo(page, stopped - 2);
		expect(time, `goes on at ${stopped}`).toBeLessThan(stopped + 5);
		expect(time).toBeGreaterThan(stopped - 4);
		await playsTo(page, time + 2);
	});
});
