import { Client, newId } from './fixtures/api.ts';
import { person } from './fixtures/stage.ts';
import { DESK, expect, test } from './fixtures/test.ts';
import { played, playsTo, startButton } from './fixtures/watch.ts';

interface Watched {
	activities: { progress?: { watched: [number, number][] } }[];
}

test('what is watched without a network is kept and counts when it is back', async ({
	as,
	stage
}) => {
	const learner = await Client.signUp(person(stage.mark, 'Traveller'));
	await learner.call('PUT', `/api/enrolments/${newId()}`, { courseId: stage.micro.id });
	const lesson = stage.micro.units[1].lessons[0].id;
	const seconds = async () => {
		const { activities } = await learner.call<Watched>('GET', `/api/lessons/${lesson}`);
		const ranges = activities[0].progress?.watched ?? [];
		return ranges.reduce((sum, [from, to]) => sum + to - from, 0);
	};
	const page = await as(undefined, { storageState: learner.kept() });
	const keys = page.getByRole('region', { name: /^Video/ });
	const saved = page.getByText('Saved', { exact: true });
	await page.goto(`/lessons/${lesson}`);
	await startButton(page).click();
	await playsTo(page, 1);
	await keys.getByRole('button', { name: 'Pause' }).click();
	await expect(saved).toBeVisible();
	const before = await seconds();
	await expect
		.poll(() => page.locator('video').evaluate((v: HTMLVideoElement) => v.buffered.end(0)))
		.toBeGreaterThan(15);
	await page.context().setOffline(true);
	await expect(page.getByText('No connection.')).toBeVisible();
	await keys.getByRole('button', { name: 'Play', exact: true }).click();
	await playsTo(page, before + 6);
	await keys.getByRole('button', { name: 'Pause' }).click();
	const { time } = await played(page);
	await expect(page.getByText('Kept on this device; we will send it again')).toBeVisible();
	expect(await seconds(), 'the server has not heard of it').toBe(before);
	await page.context().setOffline(false);
	await expect(saved).toBeVisible({ timeout: 30_000 });
	await expect.poll(seconds).toBeGreaterThanOrEqual(Math.floor(time) - 1);
});

test('the keyboard plays, seeks, mutes and shows the captions', async ({ as, stage }) => {
	const page = await as('student', { viewport: DESK });
	await page.goto(`/lessons/${stage.micro.units[0].lessons[0].id}`);
	await startButton(page).focus();
	await page.keyboard.press('Enter');
	await playsTo(page, 1);
	await page.keyboard.press('k');
	await expect.poll(async () => (await played(page)).paused).toBe(true);
	const before = (await played(page)).time;
	await page.keyboard.press('l');
	await expect.poll(async () => (await played(page)).time).toBeCloseTo(before + 10, 0);
	await page.keyboard.press('ArrowLeft');
	await expect.poll(async () => (await played(page)).time).toBeCloseTo(before + 5, 0);
	await page.keyboard.press('m');
	await expect(page.getByRole('button', { name: 'Sound on' })).toBeVisible();
	const captions = page.locator('.captions p');
	await expect(captions).toHaveText(['按下急停按钮。', 'Press the red button.']);
	await page.keyboard.press('c');
	await expect(captions).toHaveCount(0);
	await page.keyboard.press('c');
	await expect(captions).toHaveCount(2);
	await page.keyboard.press(' ');
	await expect.poll(async () => (await played(page)).paused).toBe(false);
});

test('a line of the transcript seeks, and captions are chosen by language and remembered', async ({
	as,
	stage
}) => {
	const page = await as('student', { viewport: DESK });
	const address = `/lessons/${stage.micro.units[0].lessons[0].id}`;
	await page.goto(address);
	await page
		.getByRole('region', { name: 'Transcript' })
		.getByRole('button', { name: /^Play from .*机器停了。/ })
		.click();
	await playsTo(page, 9.5);
	await expect(page.locator('.captions p').first()).toHaveText('机器停了。');
	await page.getByRole('button', { name: 'Captions' }).click();
	const dialog = page.getByRole('dialog');
	await dialog.getByRole('checkbox', { name: /^en/ }).uncheck();
	await dialog.getByRole('button', { name: 'Close' }).click();
	await expect(page.locator('.captions p')).toHaveCount(1);
	await page.goto(address);
	await startButton(page).click();
	await expect(page.locator('.captions p')).toHaveCount(1);
});

test('a line chosen before the first play is where the video begins, also when its player is there already', async ({
	as,
	stage
}) => {
	const page = await as('student', { viewport: DESK });
	await page.goto(`/lessons/${stage.micro.units[0].lessons[0].id}`);
	const video = page.locator('video').first();
	await expect(video).toHaveAttribute('src', /^blob:/);
	expect(await video.evaluate((one: HTMLVideoElement) => one.readyState)).toBe(0);
	await page
		.getByRole('region', { name: 'Transcript' })
		.getByRole('button', { name: /^Play from .*机器停了。/ })
		.click();
	await expect.poll(async () => (await played(page)).paused).toBe(false);
	await playsTo(page, 9.5, 8000);
});

test('a lesson whose every second was played is done', async ({ as, stage }) => {
	const learner = await Client.signUp(person(stage.mark, 'Finisher'));
	await learner.call('PUT', `/api/enrolments/${newId()}`, { courseId: stage.micro.id });
	const page = await as(undefined, { storageState: learner.kept(), viewport: DESK });
	await page.goto(`/lessons/${stage.micro.units[1].lessons[0].id}`);
	await startButton(page).click();
	await playsTo(page, 0.5);
	for (let i = 0; i < 4; i++) await page.keyboard.press('>'); // twice as fast
	await expect(page.getByText('Lesson done')).toBeVisible({ timeout: 40_000 });
	await page
		.getByRole('main')
		.getByRole('link', { name: /Emergency stop/ })
		.first()
		.click();
	await expect(
		page.getByRole('listitem').filter({ hasText: 'Press and tell' }).last()
	).toContainText('Done');
	await page.goto('/progress');
	await expect(page.getByText('1 of 3 lessons done')).toBeVisible();
});
