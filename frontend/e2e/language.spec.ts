import { Client, newId } from './fixtures/api.ts';
import { person } from './fixtures/stage.ts';
import { DESK, expect, PHONE, test, type Page } from './fixtures/test.ts';

interface Due {
	today: { done: number };
}

/** Answers what is asked, right or wrong, until the session is over. */
async function practise(page: Page) {
	const over = page.getByRole('heading', { name: /^Done: / }).or(page.getByText(/^Done: /));
	const met = page.getByRole('button', { name: 'Got it, go on' });
	const unknown = page.getByRole('button', { name: 'I don’t know' });
	const onward = page.getByRole('group', { name: 'How well did you know it?' });
	for (let i = 0; i < 30; i++) {
		await expect(over.or(met).or(unknown).or(onward).first()).toBeVisible();
		if (await over.first().isVisible()) return;
		if (await met.isVisible()) await met.click();
		else if (await onward.isVisible()) await onward.getByRole('button').first().click();
		else await unknown.click();
	}
	throw new Error('the session has no end');
}

test('a learner sees how much they understand, keeps a word of the lesson and practises it', async ({
	as,
	stage
}) => {
	const learner = await Client.signUp(person(stage.mark, 'Wordsmith'));
	await learner.call('PUT', `/api/enrolments/${newId()}`, { courseId: stage.micro.id });
	const page = await as(undefined, { storageState: learner.kept(), viewport: PHONE });
	await page.goto(`/lessons/${stage.micro.units[0].lessons[0].id}`);
	await expect(page.getByText('Which HSK 2.0 level have you reached?')).toBeVisible();
	await page.getByRole('button', { name: 'None yet' }).click();
	await expect(page.getByText(/^You understand \d+\s?% of this lesson$/).first()).toBeVisible();
	await expect(page.getByRole('link', { name: /^Learn th(is|ese) \d+ words?$/ })).toBeVisible();

	const transcript = page.getByRole('region', { name: 'Transcript' });
	await transcript
		.getByRole('button', { name: /^急停按钮/ })
		.first()
		.click();
	const card = page.getByRole('dialog');
	await expect(card).toContainText('emergency stop button');
	await expect(card).toContainText('Safety');
	await card.getByRole('button', { name: 'Keep this word' }).click();
	await expect(card.getByRole('button', { name: 'Kept' })).toBeVisible();
	await expect(card.getByText('Saved', { exact: true })).toBeVisible();
	await card.getByRole('button', { name: 'Close' }).click();

	await page.goto('/words');
	await expect(page.getByRole('listitem').filter({ hasText: '急停按钮' })).toBeVisible();
	await page.goto('/review');
	await practise(page);
	await expect
		.poll(async () => (await learner.call<Due>('GET', '/api/reviews/due')).today.done)
		.toBeGreaterThan(0);
});

test('a higher level makes the same lesson easier', async ({ as, stage }) => {
	const learner = await Client.signUp(person(stage.mark, 'Climber'));
	await learner.call('PUT', `/api/enrolments/${newId()}`, { courseId: stage.micro.id });
	const page = await as(undefined, { storageState: learner.kept(), viewport: DESK });
	await page.goto(`/lessons/${stage.micro.units[0].lessons[0].id}`);
	const share = async () => {
		const text = page.getByText(/^You understand \d+\s?% of this lesson$/).first();
		await expect(text).toBeVisible();
		return Number(/\d+/.exec((await text.textContent()) ?? '')?.[0]);
	};
	await page.getByRole('button', { name: 'None yet' }).click();
	const before = await share();
	await page.getByRole('button', { name: 'Change the level' }).click();
	await page.getByRole('button', { name: /6$/ }).click();
	await expect.poll(share).toBeGreaterThan(before);
});

test('a visitor finds a word by pinyin without tones', async ({ as }) => {
	const page = await as();
	await page.goto('/words');
	await page.getByRole('searchbox').fill('zhuansu');
	await page.getByRole('link', { name: /转速/ }).first().click();
	await expect(page.getByText('zhuàn sù').first()).toBeVisible();
	await expect(page.getByText('spindle speed').first()).toBeVisible();
});

test('an author looks through the terms of a trade', async ({ as, stage }) => {
	const page = await as('author', { viewport: DESK });
	await page.goto('/studio');
	await page.getByRole('link', { name: 'Term banks' }).click();
	await page.locator(`a[href="/studio/terms/${stage.bank}"]`).first().click();
	await page.getByRole('searchbox').fill('卡盘');
	await expect(page.getByRole('textbox', { name: 'Pinyin: 卡盘' })).toHaveValue('qiǎ pán');
	await expect(page.getByRole('textbox', { name: 'Gloss, English: 卡盘' })).toHaveValue('chuck');
});
