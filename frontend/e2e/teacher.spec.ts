import { DESK, expect, test } from './fixtures/test.ts';

test('a teacher sees how far the learners of a run have come', async ({ as, stage }) => {
	const page = await as('teacher', { viewport: DESK });
	await page.goto('/today');
	await page
		.locator(`a[href="/teach/runs/${stage.mooc.run}"]`)
		.filter({ hasText: 'See progress' })
		.click();
	const row = page.getByRole('row').filter({ hasText: stage.people.student.email });
	await expect(row).toContainText('Student');
	await expect(row).toContainText('0 of 3');
	await expect(row).toContainText('0:05');
	await expect(row.getByRole('progressbar')).toHaveAttribute('aria-valuenow', /^[1-9]/);
	await expect(
		page.getByRole('heading', { name: 'By lesson' }).or(page.locator('#by-lesson'))
	).toBeVisible();
	await page.getByRole('searchbox').fill('nobody of this name');
	await page.keyboard.press('Enter');
	await expect(row).toHaveCount(0);
});

test('a run shows nothing to somebody who does not teach it', async ({ as, stage }) => {
	const page = await as('student', { viewport: DESK });
	await page.goto(`/teach/runs/${stage.mooc.run}`);
	await expect(page.getByText('This is not here, or it is not open to you.')).toBeVisible();
	await expect(page.getByText(stage.people.student.email)).toHaveCount(0);
});
