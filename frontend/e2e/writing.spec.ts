import { Client, newId } from './fixtures/api.ts';
import { person } from './fixtures/stage.ts';
import { expect, PHONE, test, type Page } from './fixtures/test.ts';

interface Drawing {
	medians: [number, number][][];
}

/** How a character is written, as the server says. */
async function mediansOf(client: Client, hanzi: string): Promise<Drawing['medians']> {
	const { items } = await client.call<{ items: Record<string, Drawing> }>(
		'GET',
		`/api/strokes?characters=${encodeURIComponent(hanzi)}`
	);
	return items[hanzi]!.medians;
}

/** Draws a stroke on a sheet with the mouse; `moved` units beside its place. */
async function draw(page: Page, sheet: string, line: [number, number][], moved = 0) {
	const square = page.getByRole('img', { name: sheet });
	await square.scrollIntoViewIfNeeded();
	const box = (await square.boundingBox())!;
	const at = ([x, y]: [number, number]) =>
		[box.x + ((x + moved) / 1024) * box.width, box.y + ((900 - y) / 1024) * box.height] as const;
	await page.mouse.move(...at(line[0]!));
	await page.mouse.down();
	for (const point of line.slice(1)) await page.mouse.move(...at(point), { steps: 4 });
	await page.mouse.up();
}

test('a learner writes a character wrong and right, is told why, and finds the score again', async ({
	as,
	stage
}) => {
	const learner = await Client.signUp(person(stage.mark, 'Scribe'));
	const strokes = await mediansOf(learner, '王');
	const page = await as(undefined, { storageState: learner.kept(), viewport: PHONE });
	await page.goto(`/words/${encodeURIComponent('王')}`);
	await expect(page.getByRole('img', { name: 'Stroke order of 王: 4 strokes' })).toBeVisible();
	await page.getByRole('button', { name: 'Next stroke' }).click();
	await expect(page.getByText('Stroke 1 of 4')).toBeVisible();
	await page.getByRole('button', { name: 'From memory' }).click();

	const said = page.getByRole('status');
	const sheet = 'Sheet for 王';
	await draw(page, sheet, strokes[1]!);
	await expect(said.filter({ hasText: 'That stroke comes later.' })).toBeVisible();
	await draw(page, sheet, strokes[0]!);
	await expect(said.filter({ hasText: 'Right. 3 strokes to go.' })).toBeVisible();
	await draw(page, sheet, [...strokes[1]!].reverse());
	await expect(said.filter({ hasText: 'Right stroke, wrong way' })).toBeVisible();
	for (const line of strokes.slice(1)) await draw(page, sheet, line);
	await expect(said.filter({ hasText: /^Done: \d+ of 100$/ })).toBeVisible();
	await expect(page.getByRole('heading', { name: 'Your last 王' })).toBeVisible();

	const kept = await learner.call<{ items: { score: number; disorders: number; ink: string }[] }>(
		'GET',
		`/api/writings?character=${encodeURIComponent('王')}`
	);
	expect(kept.items).toHaveLength(1);
	expect(kept.items[0]).toMatchObject({ disorders: 1, backwards: 1, misses: 0, helped: 0 });
	expect(kept.items[0]!.ink.length).toBeGreaterThan(20);
	await expect(said.filter({ hasText: `Done: ${kept.items[0]!.score} of 100` })).toBeVisible();
});

test('who cannot draw chooses the strokes by keyboard', async ({ as }) => {
	const page = await as(undefined, { viewport: PHONE });
	await page.goto(`/words/${encodeURIComponent('十')}`);
	await page.getByRole('button', { name: 'Over the outline' }).click();
	await page.getByRole('button', { name: 'Choose instead of drawing' }).focus();
	await page.keyboard.press('Enter');
	const choices = page.getByRole('group', { name: 'Which stroke comes next?' });
	await choices.getByRole('button', { name: /from left to right/ }).press('Enter');
	await choices.getByRole('button', { name: /straight down/ }).press('Enter');
	await expect(page.getByText('Done: 100 of 100')).toBeVisible();
});

test('a visitor finds a word of two characters by drawing them', async ({ as, api }) => {
	const client = await api('student');
	const page = await as(undefined, { viewport: PHONE });
	await page.goto('/words');
	await page.getByRole('button', { name: 'Draw a character' }).click();
	for (const hanzi of '机床') {
		for (const line of await mediansOf(client, hanzi))
			await draw(page, 'Square to draw a character in', line, 30);
		await page
			.getByRole('group', { name: 'Characters it may be' })
			.getByRole('button', { name: new RegExp(`^${hanzi}`) })
			.click();
	}
	await expect(page.getByRole('searchbox')).toHaveValue('机床');
	await page.getByRole('link', { name: /机床/ }).first().click();
	await expect(page.getByText('jī chuáng').first()).toBeVisible();
});

test('a unit is kept on the phone: its text, words and writing are there without a line', async ({
	as,
	stage
}) => {
	const learner = await Client.signUp(person(stage.mark, 'Nomad'));
	await learner.call('PUT', `/api/enrolments/${newId()}`, { courseId: stage.micro.id });
	const page = await as(undefined, { storageState: learner.kept(), viewport: PHONE });
	const unit = stage.micro.units[0];
	await page.goto(`/courses/${stage.micro.slug}`);
	await page.evaluate(() => navigator.serviceWorker.ready);
	await page
		.getByRole('button', { name: /^Keep on this phone \(\d+ kB\)$/ })
		.first()
		.click();
	await expect(page.getByText('On this phone', { exact: true })).toBeVisible({ timeout: 60_000 });
	await page.reload();
	await expect(page.getByText('On this phone', { exact: true })).toBeVisible();

	await page.context().setOffline(true);
	await page.goto(`/lessons/${unit.lessons[0].id}`);
	await expect(page.getByRole('heading', { level: 1 })).toContainText('Stop! 停！');
	await expect(page.getByText('The video is not on this phone.')).toBeVisible();
	await page
		.getByRole('button', { name: /^急停按钮/ })
		.first()
		.click();
	await expect(page.getByRole('dialog')).toContainText('emergency stop button');
	await page.goto(`/words/${encodeURIComponent('停')}`);
	await expect(page.getByRole('img', { name: 'Stroke order of 停: 11 strokes' })).toBeVisible();
	await page.getByRole('button', { name: 'Over the outline' }).click();
	await page.getByRole('button', { name: 'Show the next stroke' }).click();
	await expect(page.getByText('Follow the red stroke')).toBeVisible();

	await page.context().setOffline(false);
	await page.goto(`/courses/${stage.micro.slug}`);
	await page.getByRole('button', { name: 'Remove from this phone' }).click();
	await expect(page.getByRole('button', { name: /^Keep on this phone/ }).first()).toBeVisible();
});
