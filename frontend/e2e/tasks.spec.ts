import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, newId } from './fixtures/api.ts';
import { person, type Stage } from './fixtures/stage.ts';
import { publish, ready, upload } from './fixtures/studio.ts';
import { DESK, expect, PHONE, test, type Page } from './fixtures/test.ts';
import { daysPass } from './fixtures/time.ts';

// A grey square of one pixel, large enough for a picture with two parts.
const PICTURE = Buffer.from(
	'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGNoaGgAAAMEAYFL09IQAAAAAElFTkSuQmCC',
	'base64'
);
const STEPS = ['戴好护目镜。', '关好防护门。', '按启动按钮。'];
const MEANINGS = ['Put on the goggles.', 'Close the guard door.', 'Press the start button.'];

/** Adds a practice and a task to the last lesson of the course with a run. */
async function addTask({ mooc, institution, asset, folder }: Stage, author: Client) {
	const lessonId = mooc.units[1].lessons[0].id;
	const path = join(folder, 'panel.png');
	writeFileSync(path, PICTURE);
	const image = await upload(author, institution.id, 'image', path);
	await ready(author, image);
	const [practice, task] = [newId(), newId()];
	const text = (en: string) => ({ en });
	const put = (id: string, kind: string, title: string, body: object) =>
		author.call('PUT', `/api/studio/activities/${id}`, {
			lessonId,
			kind,
			title: text(title),
			body
		});
	await put(practice, 'practice', 'Start the lathe', {
		exercises: [
			{
				id: newId(),
				kind: 'order',
				steps: STEPS.map((zh, i) => ({ id: newId(), text: zh, translation: text(MEANINGS[i]) }))
			},
			{
				id: newId(),
				kind: 'label',
				picture: `asset:${image}`,
				alt: text('A grey panel'),
				spots: [
					{ id: newId(), x: 250, y: 500, word: '急停' },
					{ id: newId(), x: 750, y: 500, word: '卡盘' }
				]
			}
		]
	});
	const item = (en: string) => ({ id: newId(), text: text(en) });
	await put(task, 'task', 'Start it safely', {
		description: text('Start the lathe and say what you do.'),
		phrases: [
			{
				id: newId(),
				text: '按下急停按钮。',
				meaning: text('Press the red button'),
				assetId: asset,
				startMs: 500,
				endMs: 2500
			}
		],
		decoys: [item('Go home'), item('Clean the floor')],
		checklist: [item('The door is shut')],
		canDo: [item('Can say the steps in Chinese')]
	});
	await publish(author, mooc.id);
	return { lessonId, task };
}

/** Puts the steps in order with the buttons beside them. */
async function order(page: Page) {
	await expect(page.locator('li[data-item]')).toHaveCount(STEPS.length);
	for (const [place, step] of STEPS.entries()) {
		const up = page.getByRole('button', { name: `Move up: ${step}` });
		const at = async () =>
			(await page.locator('li[data-item]').allTextContents()).findIndex((one) =>
				one.includes(MEANINGS[place])
			);
		while ((await at()) > place) await up.click();
	}
	await page.getByRole('button', { name: 'Check the order' }).click();
	await expect(page.getByText('Every step stands right')).toBeVisible();
}

async function label(page: Page) {
	const words = page.getByRole('group', { name: 'Words to choose from' });
	const done = page.getByText('Every part has its name');
	for (let i = 0; i < 6 && !(await done.isVisible()); i++) {
		const asked = (await page.getByText(/^What is spot \d called/).textContent()) ?? '';
		await words.getByRole('button', { name: asked.includes('1') ? '急停' : '卡盘' }).click();
		await page.getByRole('button', { name: 'Next', exact: true }).click();
	}
	await expect(done).toBeVisible();
}

/** Passes a sitting; no word of the phrase is on the page before the answer. */
async function listen(page: Page) {
	await page.getByRole('button', { name: 'Begin to listen' }).click();
	const choice = page.getByRole('button', { name: 'Press the red button' });
	await expect(choice).toBeVisible();
	expect(await page.content()).not.toContain('急停');
	await choice.click();
	await expect(page.getByText('按下急停按钮。')).toBeVisible();
	await page.getByRole('button', { name: 'Done', exact: true }).click();
}

test('a learner orders a procedure, labels parts, passes the lock on two days and is marked on two sides', async ({
	as,
	api,
	stage
}) => {
	test.setTimeout(180_000);
	const { lessonId, task } = await addTask(stage, await api('author'));
	const learner = await Client.signUp(person(stage.mark, 'Turner'));
	await learner.call('PUT', `/api/enrolments/${newId()}`, {
		courseId: stage.mooc.id,
		runId: stage.mooc.run
	});
	const page = await as(undefined, { storageState: learner.kept(), viewport: PHONE });
	await page.goto(`/lessons/${lessonId}`);
	await order(page);
	await label(page);
	await expect
		.poll(async () => JSON.stringify(await learner.call('GET', `/api/lessons/${lessonId}`)))
		.toContain('"passed":[');

	await page.getByRole('link', { name: 'To the task' }).click();
	await expect(page.getByText('0 of 2 days')).toBeVisible();
	await listen(page);
	await expect(page.getByText('1 of 2 days')).toBeVisible();
	await expect(page.getByText(/^Come back tomorrow/)).toBeVisible();
	expect(await page.content()).not.toContain('The door is shut');
	daysPass(1);
	await page.reload();
	await listen(page);
	await expect(page.getByText('Start the lathe and say what you do.')).toBeVisible();

	await page.getByLabel('What you did').fill('我关好了防护门。');
	await page.getByRole('button', { name: 'Hand in', exact: true }).click();
	await expect(page.getByText('Handed in; your teachers are looking at it')).toBeVisible();

	const desk = await as('teacher', { viewport: DESK });
	await desk.goto(`/teach/runs/${stage.mooc.run}`);
	await desk.getByRole('button', { name: 'Look at the work of Turner' }).click();
	await expect(desk.getByText('我关好了防护门。')).toBeVisible();
	await desk.getByLabel('not yet', { exact: true }).check();
	await desk.getByRole('button', { name: 'Give the language mark' }).click();
	await expect(desk.getByText('to mark', { exact: true })).toHaveCount(1);
	await desk.getByLabel('met', { exact: true }).check();
	await desk.getByRole('button', { name: 'Give the skill mark' }).click();
	await expect(desk.getByText('to mark', { exact: true })).toHaveCount(0);
	await expect(desk.getByText('passed', { exact: true })).toHaveCount(1);

	await page.goto(`/tasks/${task}`);
	await expect(page.getByText('Marked. Read what is missing and hand in again')).toBeVisible();
	await expect(page.getByText('met', { exact: true })).toBeVisible();
	await expect(page.getByText('not yet', { exact: true })).toBeVisible();
});
