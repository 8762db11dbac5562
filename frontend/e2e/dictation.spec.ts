import { AxeBuilder } from '@axe-core/playwright';
import { Client, newId } from './fixtures/api.ts';
import { person } from './fixtures/stage.ts';
import { expect, PHONE, test } from './fixtures/test.ts';

interface Card {
	memory: { reps: number };
	context?: { tokens: { text: string }[] };
}

/** Right answers to a word on the days before, so that it is due and no longer young. */
function history(word: string, lessonId: string) {
	const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
	const review = (days: number, rating = 3) => ({
		...{ id: newId(), word, lessonId, kind: 'review', rating, exercise: 'recall' },
		...{ at: daysAgo(days), parameters: 'fsrs-6' }
	});
	return [
		{ id: newId(), word, lessonId, kind: 'keep', at: daysAgo(201) },
		...[200, 200, 197, 190, 180].map((days) => review(days))
	];
}

test('a line of a lesson is heard and written down, in pinyin, and its word is graded', async ({
	as,
	stage
}) => {
	const learner = await Client.signUp(person(stage.mark, 'Notetaker'));
	await learner.call('PUT', `/api/enrolments/${newId()}`, { courseId: stage.micro.id });
	const lesson = stage.micro.units[0].lessons[0].id;
	await learner.call('POST', '/api/reviews', { reviews: history('停', lesson) });
	const { cards } = await learner.call<{ cards: Card[] }>('GET', '/api/reviews/due');
	expect(cards[0]?.context?.tokens.map(({ text }) => text).join('')).toContain('停');

	const page = await as(undefined, { storageState: learner.kept(), viewport: PHONE });
	await page.goto('/review');
	const asked = page.getByRole('heading', { name: 'Write down what you hear' });
	await expect(asked).toBeVisible();
	await expect(page.getByRole('button', { name: 'Slower' })).toBeEnabled();
	const { violations } = await new AxeBuilder({ page }).analyze();
	expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`)).toEqual([]);
	await page.getByLabel('What was said').fill('ji1qi ting le');
	await page.getByRole('button', { name: 'Check', exact: true }).click();
	await expect(page.getByText(/^You heard 3 of 3 words/)).toBeVisible();
	await page.getByRole('button', { name: /^Good/ }).click();
	await expect(page.getByRole('heading', { name: 'Done: 1 word' })).toBeVisible();
});
