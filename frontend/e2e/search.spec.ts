import { expect, PHONE, test } from './fixtures/test.ts';
import { played, startButton } from './fixtures/watch.ts';

test('a line is found by pinyin without tones, and opens the film at its second', async ({
	as,
	stage
}) => {
	const page = await as('student', { viewport: PHONE });
	await page.goto(`/courses/${stage.micro.slug}`);
	await page.getByRole('button', { name: 'Search all lessons' }).click();
	const search = page.getByRole('search');
	await search.getByRole('searchbox').fill('qqqq');
	await page.keyboard.press('Enter');
	await expect(search.getByText('Nothing here.')).toBeVisible();
	await search.getByRole('searchbox').fill('jiqi ting');
	await page.keyboard.press('Enter');
	await expect(search.getByText(/^\d+ lines? found$/)).toBeVisible();
	const hit = page.getByRole('link').filter({ hasText: '机器停了。' }).first();
	await expect(hit).toContainText('0:09');
	await hit.click();
	await startButton(page).click();
	await expect.poll(async () => (await played(page)).time).toBeGreaterThan(9.4);
	expect((await played(page)).time).toBeLessThan(15);
});

test('the card of a word in a lesson shows how it is written and where else it is used', async ({
	as,
	stage
}) => {
	const page = await as('student', { viewport: PHONE });
	await page.goto(`/lessons/${stage.micro.units[0].lessons[0].id}`);
	await page
		.getByRole('region', { name: 'Transcript' })
		.getByRole('button', { name: /^急停按钮/ })
		.first()
		.click();
	const card = page.getByRole('dialog');
	await card.getByRole('button', { name: 'How it is written' }).click();
	await expect(card.getByRole('group', { name: 'Character' }).getByRole('button')).toHaveCount(4);
	await expect(card.locator('svg path').first()).toBeAttached();
	await card.getByRole('button', { name: 'In other lessons' }).click();
	const other = card.getByRole('link').filter({ hasText: '按下急停按钮' }).first();
	await expect(other).toHaveAttribute('href', /^\/lessons\/.+\?t=0$/);
	expect(await other.getAttribute('href')).not.toContain(stage.micro.units[0].lessons[0].id);
});
