import { newId, type Client } from './fixtures/api.ts';
import { draft, type NewUnit } from './fixtures/studio.ts';
import { DESK, expect, test, type Page } from './fixtures/test.ts';

interface Draft {
	title: Record<string, string>;
	units: { title: Record<string, string>; lessons: { title: Record<string, string> }[] }[];
}

const UNIT: NewUnit = {
	kind: 'vocational',
	title: { en: 'Turning' },
	lessons: [{ title: { en: 'Chuck' } }, { title: { en: 'Tool' } }, { title: { en: 'Speed' } }]
};

async function newDraft(author: Client, institutionId: string, units: NewUnit[] = [UNIT]) {
	const title = { en: `Draft ${newId().slice(-8)}` };
	return draft(author, { institutionId, format: 'micro', title, languages: ['en'], units });
}

const lessonsOf = async (author: Client, course: string) => {
	const { units } = await author.call<Draft>('GET', `/api/studio/courses/${course}`);
	return units.flatMap((unit) => unit.lessons.map((lesson) => lesson.title.en));
};

async function saved(page: Page) {
	await expect(page.locator('.tools').getByText('Saved', { exact: true })).toBeVisible();
}

/** Walks with the Tab key until the focus is on what has this name. */
async function tabTo(page: Page, name: string) {
	for (let i = 0; i < 80; i++) {
		await page.keyboard.press('Tab');
		const label = await page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
		if (label === name) return;
	}
	throw new Error(`the Tab key does not come to “${name}”`);
}

test('a lesson is moved up with the keyboard alone', async ({ as, api, stage }) => {
	const author = await api('author');
	const course = await newDraft(author, stage.institution.id);
	const page = await as('author', { viewport: DESK });
	await page.goto(`/studio/courses/${course.id}`);
	await expect(page.getByRole('button', { name: 'Move: Tool' })).toBeVisible();
	await tabTo(page, 'Move: Tool');
	await page.keyboard.press('ArrowUp');
	await expect(page.getByRole('button', { name: 'Move: Tool' })).toBeFocused();
	await expect(page.locator('[aria-live="polite"]').first()).toContainText('Tool: place 1 of 3');
	await saved(page);
	await expect.poll(() => lessonsOf(author, course.id)).toEqual(['Tool', 'Chuck', 'Speed']);
	await page.reload();
	await expect(page.getByRole('button', { name: /^Move: (Tool|Chuck|Speed)/ })).toHaveCount(3);
	const names = page.getByRole('button', { name: /^Move: (Tool|Chuck|Speed)/ });
	expect(await names.evaluateAll((all) => all.map((one) => one.ariaLabel))).toEqual([
		'Move: Tool',
		'Move: Chuck',
		'Move: Speed'
	]);
});

test('what was written without a network survives closing the page', async ({ as, api, stage }) => {
	const author = await api('author');
	const course = await newDraft(author, stage.institution.id);
	const page = await as('author', { viewport: DESK });
	await page.goto(`/studio/courses/${course.id}`);
	const title = page.getByLabel('Course title');
	await expect(title).toHaveValue(/^Draft/);
	await page.context().setOffline(true);
	await title.fill('Written on a train');
	await page.waitForTimeout(2000); // what is promised: at most two seconds are lost
	await page.close();
	await page.context().setOffline(false);
	const again = await page.context().newPage();
	await again.goto(`/studio/courses/${course.id}`);
	await expect(again.getByLabel('Course title')).toHaveValue('Written on a train');
	await saved(again);
	await expect
		.poll(
			async () => (await author.call<Draft>('GET', `/api/studio/courses/${course.id}`)).title.en
		)
		.toBe('Written on a train');
});

test('a deleted lesson comes back with everything in it', async ({ as, api, stage }) => {
	const author = await api('author');
	const course = await newDraft(author, stage.institution.id);
	const page = await as('author', { viewport: DESK });
	await page.goto(`/studio/courses/${course.id}`);
	await page.getByRole('button', { name: 'More for: Tool' }).click();
	await page.getByRole('menuitem', { name: 'Delete' }).click();
	await expect(page.getByRole('button', { name: 'Move: Tool' })).toHaveCount(0);
	await expect.poll(() => lessonsOf(author, course.id)).toEqual(['Chuck', 'Speed']);
	await page.locator('.toasts').getByRole('button', { name: 'Undo' }).click();
	await expect(page.getByRole('button', { name: 'Move: Tool' })).toBeVisible();
	await expect.poll(() => lessonsOf(author, course.id)).toEqual(['Chuck', 'Tool', 'Speed']);
});

test('what hinders publishing is named with its place, and one press leads there', async ({
	as,
	api,
	stage
}) => {
	const author = await api('author');
	const video = stage.asset;
	const course = await newDraft(author, stage.institution.id, [
		{ ...UNIT, lessons: [{ title: { en: 'Chuck' }, video }, { title: { en: 'Tool' } }] }
	]);
	const page = await as('author', { viewport: DESK });
	await page.goto(`/studio/courses/${course.id}?tab=publish`);
	const problem = page.getByRole('button', { name: 'Tool has no video or reading yet' });
	await expect(problem).toBeVisible();
	await expect(page.getByRole('button', { name: 'Publish', exact: true })).toBeDisabled();
	await problem.click();
	await expect(page.getByRole('tab', { name: 'Outline' })).toHaveAttribute('aria-selected', 'true');
	const inside = page.locator(`[data-item="${course.units[0].lessons[1].id}"]`);
	await expect(inside.locator(':focus')).toBeVisible();
});
