import { newId, type Client } from './fixtures/api.ts';
import { draft, type NewUnit } from './fixtures/studio.ts';
import type { Stage } from './fixtures/stage.ts';
import { DESK, expect, test, type Page } from './fixtures/test.ts';

/** What everybody at HSK 1 understands, so often that a few new words are no cliff. */
const KNOWN = '我们学习汉语。你好，老师。今天很好。我们喜欢学习。'.repeat(4);

const reading = (chinese: string) => ({ en: `${KNOWN}\n\n${chinese}` });

/** The word that the second vocational lesson uses untaught, and the term that has no meaning in Russian. */
const UNTAUGHT = '夹具';
const UNGLOSSED = '主轴箱';

const UNITS: NewUnit[] = [
	{
		kind: 'language',
		title: { en: 'Words for turning' },
		lessons: [{ title: { en: 'First words' }, reading: reading(`${UNGLOSSED}。`) }]
	},
	{
		kind: 'vocational',
		title: { en: 'Turning' },
		lessons: [
			{ title: { en: 'The machine' }, reading: reading(`${UNGLOSSED}。`) },
			{ title: { en: 'Setting up' }, reading: { en: `我们学习。${`${UNTAUGHT}很好。`.repeat(6)}` } }
		]
	}
];

/** A course with one term that has no Russian, one word that nobody teaches, and the cliff that it makes. */
async function faulty(author: Client, { institution }: Stage) {
	const bank = newId();
	await author.call('PUT', `/api/term-banks/${bank}`, {
		institutionId: institution.id,
		trade: '7223',
		name: { en: 'Words of the college' }
	});
	for (const [hanzi, pinyin, gloss] of [
		[UNGLOSSED, 'zhǔ zhóu xiāng', { en: 'headstock' }],
		[UNTAUGHT, 'jiā jù', { en: 'fixture', ru: 'приспособление' }]
	])
		await author.call('PUT', `/api/term-banks/${bank}/terms/${newId()}`, {
			hanzi,
			pinyin,
			gloss,
			version: 0
		});
	return draft(author, {
		institutionId: institution.id,
		format: 'micro',
		title: { en: `Checked ${newId().slice(-8)}` },
		languages: ['en', 'ru'],
		trade: '7223',
		level: 'hsk2:1',
		units: UNITS
	});
}

const findings = (page: Page, saying: string) =>
	page.getByRole('tabpanel').getByRole('listitem').filter({ hasText: saying });

test('an author mends two findings in place, marks one as fine, and publishes', async ({
	as,
	api,
	stage
}) => {
	const author = await api('author');
	const course = await faulty(author, stage);
	const page = await as('author', { viewport: DESK });
	await page.goto(`/studio/courses/${course.id}`);

	// Three findings, counted beside the tab before anybody looks.
	await page.getByRole('tab', { name: 'Check · 3' }).click();
	await expect(page.getByRole('tabpanel').getByRole('listitem')).toHaveCount(3);
	const cliff = findings(page, 'knows everything before');
	await expect(cliff).toContainText('One word is new');
	const untaught = findings(page, 'is used before it is taught');
	await expect(untaught).toContainText('6 times in this lesson');

	// The meaning is written where it is missed, and outlives a reload before it is saved.
	const gloss = findings(page, `${UNGLOSSED} has no meaning in: Russian`);
	await gloss.getByLabel(`${UNGLOSSED} in Russian`).fill('передняя бабка');
	await page.reload();
	await expect(gloss.getByLabel(`${UNGLOSSED} in Russian`)).toHaveValue('передняя бабка');
	await gloss.getByRole('button', { name: 'Save the meaning' }).click();
	await expect(gloss).toHaveCount(0);
	await expect(page.getByRole('tab', { name: 'Check · 2' })).toBeVisible();

	// The mark can be taken back.
	await cliff.getByRole('button', { name: /^Fine here/ }).click();
	await expect(cliff).toHaveCount(0);
	await page.getByLabel('Show').selectOption({ label: 'Marked as fine · 1' });
	await expect(cliff).toContainText('Marked as fine by Author');
	await page.getByLabel('Show').selectOption({ index: 0 });

	// The word goes into the word list of a language lesson; undo takes it out, and it goes in once more.
	const teach = untaught.getByRole('button', { name: 'Add to the word list of “First words”' });
	await teach.click();
	await expect(untaught).toHaveCount(0);
	await page.locator('.toasts').getByRole('button', { name: 'Undo' }).last().click();
	await expect(untaught).toHaveCount(1);
	await teach.click();
	await expect(page.getByText('Nothing to mend')).toBeVisible();

	await page.getByRole('tab', { name: 'Publish' }).click();
	await expect(page.getByText('The check has found nothing to mend.')).toBeVisible();
	await page.getByRole('button', { name: 'Publish', exact: true }).click();
	await expect(page.locator('.publish .badge').first()).toHaveText('Published');
});

test('the preview of a draft knows its words', async ({ as, api, stage }) => {
	const author = await api('author');
	const course = await faulty(author, stage);
	const page = await as('author', { viewport: DESK });
	const lesson = course.units[1].lessons[1].id;
	await page.goto(`/studio/courses/${course.id}/preview/${lesson}`);
	await page.locator('article').getByRole('button', { name: UNTAUGHT }).first().click();
	await expect(page.getByRole('dialog')).toContainText('fixture');
});
