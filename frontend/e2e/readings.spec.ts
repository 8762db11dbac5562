import { AxeBuilder } from '@axe-core/playwright';
import { newId } from './fixtures/api.ts';
import { draft, publish } from './fixtures/studio.ts';
import { DESK, expect, test } from './fixtures/test.ts';

test('an author says how a word is read in one line; it stays with the line when the text is edited', async ({
	as,
	api,
	stage
}) => {
	const author = await api('author');
	const course = await draft(author, {
		institutionId: stage.institution.id,
		format: 'micro',
		title: { en: `Readings ${newId().slice(-8)}` },
		languages: ['en'],
		trade: '7223',
		units: [
			{
				kind: 'language',
				title: { en: 'Long' },
				lessons: [
					{ title: { en: 'Hair' }, preview: true, reading: { en: '他的头发很长。\n\n绳子很长。' } }
				]
			}
		]
	});
	await publish(author, course.id);
	const { id: lesson, activities } = course.units[0].lessons[0];

	const page = await as('author', { viewport: DESK });
	const preview = `/studio/courses/${course.id}/preview/${lesson}`;
	await page.goto(preview);
	const words = page.locator('article').getByRole('button', { name: /^长/ });
	await words.first().click();
	const card = page.getByRole('dialog');
	await expect(card.getByText('他的头发很长。')).toBeVisible();
	await card.getByLabel('Another reading').fill('xyz');
	await card.getByRole('button', { name: 'Read it so here' }).click();
	await expect(card.getByText('This is no reading of the word')).toBeVisible();
	await card.getByRole('button', { name: 'zhǎng' }).click();
	await expect(
		card.getByRole('button', { name: 'Back to the dictionary’s reading' })
	).toBeVisible();
	await card.getByRole('button', { name: 'Close' }).click();
	await expect(words.first()).toContainText('zhǎng');
	await expect(words.last()).toContainText('cháng');

	// The text before the word is edited: learners read the word as it was set, in that line alone.
	let version = 1;
	const rewrite = async (markdown: string) => {
		const body = { markdown: { en: markdown } };
		const path = `/api/studio/activities/${activities[0]}`;
		({ version } = await author.call<{ version: number }>('PATCH', path, { version, body }));
	};
	await rewrite('今天下雨。\n\n现在他的头发很长。\n\n绳子很长。');
	await publish(author, course.id);
	const visitor = await as();
	await visitor.goto(`/lessons/${lesson}`);
	const seen = visitor.locator('article').getByRole('button', { name: /^长/ });
	await expect(seen.first()).toContainText('zhǎng');
	await expect(seen.last()).toContainText('cháng');

	// A line that is gone is told of, and its reading can be given up.
	await rewrite('绳子很长。');
	await page.goto(preview);
	await expect(page.getByRole('heading', { name: '1 reading has lost its place' })).toBeVisible();
	await page.getByRole('button', { name: 'Remove the reading zhǎng of 长' }).click();
	await expect(page.getByText('has lost its place')).toHaveCount(0);
});

test('beside a line of captions an author says how a word of it is read, in the lesson that shows the video', async ({
	as,
	api,
	stage
}) => {
	const author = await api('author');
	const name = `Stopped ${newId().slice(-8)}`;
	const course = await draft(author, {
		institutionId: stage.institution.id,
		format: 'micro',
		title: { en: name },
		languages: ['en'],
		trade: '7223',
		units: [
			{
				kind: 'vocational',
				title: { en: 'Stop' },
				lessons: [{ title: { en: 'Film' }, preview: true, video: stage.asset }]
			}
		]
	});
	await publish(author, course.id);
	const lesson = course.units[0].lessons[0].id;

	const page = await as('author', { viewport: DESK });
	await page.goto(`/studio/media/${stage.asset}`);
	await page.getByRole('button', { name: 'Readings in line 2' }).focus();
	await page.keyboard.press('Enter');
	const dialog = page.getByRole('dialog');
	const where = dialog.getByLabel('In which lesson');
	// Other courses show the same film.
	await where.selectOption({ label: `${name} · Film` });
	const word = dialog.getByRole('button', { name: /^了/ });
	await expect(word).toContainText('le');
	const axe = await new AxeBuilder({ page }).include('dialog').analyze();
	expect(axe.violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`)).toEqual([]);
	await word.click();
	await dialog.getByLabel('Another reading').fill('liao3');
	await dialog.getByRole('button', { name: 'Read it so here' }).click();
	await expect(word).toContainText('liǎo');

	interface Said {
		lines: { tokens: { text: string; pinyin?: string }[] }[];
	}
	const read = async () => {
		const { lines } = await author.call<Said>('GET', `/api/lessons/${lesson}/language`);
		return lines.flatMap(({ tokens }) => tokens).find(({ text }) => text === '了')?.pinyin;
	};
	expect(await read(), 'what learners get').toBe('liǎo');
	await dialog.getByRole('button', { name: 'Back to the dictionary’s reading' }).click();
	await expect(word).toContainText('le');
	expect(await read()).toBe('le');
});
