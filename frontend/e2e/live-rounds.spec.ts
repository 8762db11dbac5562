import { AxeBuilder } from '@axe-core/playwright';
import { newId, type Client } from './fixtures/api.ts';
import { DESK, expect, PHONE, test, type Page } from './fixtures/test.ts';

// Two browsers and a class: on a busy machine that takes its time.
test.setTimeout(180_000);

/** A class of the run that begins now. */
async function plan(teacher: Client, runId: string): Promise<string> {
	const id = newId();
	await teacher.call('PUT', `/api/classes/${id}`, {
		runId,
		title: { en: 'Stopping the lathe' },
		startsAt: new Date().toISOString(),
		minutes: 60,
		timeZone: 'Africa/Lusaka'
	});
	return id;
}

/** Both are in the class, and it has begun. */
async function meet(id: string, teacher: Page, student: Page): Promise<void> {
	await teacher.goto(`/classes/${id}`);
	await teacher.getByRole('button', { name: 'Join', exact: false }).first().click();
	await teacher.getByRole('button', { name: 'Begin the class' }).click();
	await student.goto(`/classes/${id}`);
	await student.getByRole('button', { name: 'Join', exact: false }).first().click();
	await expect(rounds(student)).toContainText('Nothing is going on besides the lesson.');
}

const rounds = (page: Page) => page.locator('section.rounds');

/** Opens the form of something that staff can start. */
async function start(page: Page, what: string): Promise<void> {
	await rounds(page).locator('.starts').getByRole('button', { name: what }).click();
}

async function clean(page: Page): Promise<void> {
	const { violations } = await new AxeBuilder({ page })
		.include('section.rounds')
		.withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
		.analyze();
	expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
}

test('a quick quiz counts each answer once, and tells what is right when the teacher shows it', async ({
	as,
	api,
	stage
}) => {
	const id = await plan(await api('teacher'), stage.mooc.run);
	const [teacher, student] = [
		await as('teacher', { viewport: DESK }),
		await as('student', { viewport: PHONE })
	];
	await meet(id, teacher, student);

	await start(teacher, 'Quick quiz');
	await teacher.getByLabel('Question to the class').fill('停 means?');
	await teacher.getByLabel('Answer 1', { exact: true }).fill('stop');
	await teacher.getByLabel('Answer 2', { exact: true }).fill('go');
	await teacher.getByRole('button', { name: 'Ask now' }).click();
	await expect(teacher.getByText('Mark what is right, or switch the quiz off.')).toBeVisible();
	await teacher.getByLabel('Answer 1 is right').check();

	// Whatever goes over the line while the question is open may not say what is right.
	const heard: string[] = [];
	await student.reload();
	student.on('websocket', (socket) =>
		socket.on('framereceived', ({ payload }) => heard.push(String(payload)))
	);
	await student.getByRole('button', { name: 'Join', exact: false }).first().click();
	await expect(rounds(student)).toBeVisible();
	await teacher.getByRole('button', { name: 'Ask now' }).click();

	await student.getByLabel('go', { exact: true }).check();
	await expect(rounds(student)).toContainText('Your answer has arrived.');
	await expect(rounds(teacher)).toContainText('Answers: 1, students here: 1');
	await expect(rounds(teacher)).toContainText(/go\s*1 \(100%\)/);
	await clean(teacher);
	await clean(student);
	expect(heard.join()).toContain('poll.opened');
	expect(heard.join()).not.toContain('"correct"');

	// Coming back and changing one's mind is still one answer.
	await student.reload();
	await student.getByRole('button', { name: 'Join', exact: false }).first().click();
	await expect(student.getByLabel('go', { exact: true })).toBeChecked();
	await student.getByLabel('stop', { exact: true }).check();
	await expect(rounds(teacher)).toContainText(/stop\s*1 \(100%\)/);
	await expect(rounds(teacher)).toContainText(/go\s*0 \(0%\)/);
	await expect(rounds(teacher)).toContainText('Answers: 1, students here: 1');
	await expect(rounds(student)).not.toContainText('Right answer');

	await teacher.getByRole('button', { name: 'Show the results to all' }).click();
	await expect(rounds(student)).toContainText('Right answer');
	await expect(rounds(student)).toContainText(/stop\s*1 \(100%\)/);
	await clean(student);
	await rounds(student).getByRole('button', { name: 'Put away' }).click();
	await expect(rounds(student)).toContainText('Nothing is going on besides the lesson.');
});

test('who is called reads a line with pinyin, and all see timer, captions and rooms', async ({
	as,
	api,
	stage
}) => {
	const id = await plan(await api('teacher'), stage.mooc.run);
	const [teacher, student] = [
		await as('teacher', { viewport: DESK }),
		await as('student', { viewport: PHONE })
	];
	await meet(id, teacher, student);

	await start(teacher, 'Reading aloud');
	await teacher.getByLabel('Lines to read').fill('请停机床。');
	await teacher.getByRole('button', { name: 'Begin the round' }).click();
	await rounds(teacher).getByRole('button', { name: 'Call Student' }).first().click();
	await expect(student.getByRole('alert')).toContainText('Your turn: read this line aloud');
	await student.getByRole('button', { name: '机床' }).click();
	await expect(student.getByRole('dialog')).toContainText('jī chuáng');
	await student.keyboard.press('Escape');
	await clean(student);
	await rounds(teacher).getByRole('button', { name: 'End the round' }).click();

	await start(teacher, 'Timer');
	await teacher.getByRole('button', { name: '1 minute' }).click();
	await expect(rounds(student).getByRole('timer')).toHaveText(/0:5\d|1:00/);
	await rounds(teacher).getByRole('button', { name: 'Stop the timer' }).click();
	await expect(rounds(student).getByRole('timer')).toHaveCount(0);

	await start(teacher, 'Captions');
	await teacher.getByLabel('Next line').fill('先停机，再测量。');
	await teacher.keyboard.press('Enter');
	await expect(student.getByRole('log', { name: 'Captions' })).toContainText('先停机，再测量。');
	await teacher.keyboard.press('Escape');

	await start(teacher, 'Rooms for groups');
	await teacher.getByLabel('Number of rooms').fill('1');
	await teacher.getByRole('button', { name: 'Open the rooms' }).click();
	await expect(rounds(student)).toContainText('You are in Room 1');
	await expect(rounds(student)).toContainText(/Back in (10:00|9:5\d)/);
	await rounds(teacher).getByRole('button', { name: 'Drop in on Room 1' }).click();
	await expect(rounds(teacher)).toContainText('You are in Room 1');
	await rounds(teacher).getByLabel('Message to all rooms').fill('Two minutes left');
	await rounds(teacher).getByRole('button', { name: 'Send to all' }).click();
	await expect(rounds(student)).toContainText('Two minutes left');
	await rounds(teacher).getByRole('button', { name: 'Call all back in a minute' }).click();
	await expect(rounds(student)).toContainText(/Back in (1:00|0:5\d)/);
	await clean(teacher);
	await rounds(teacher).getByRole('button', { name: 'Close the rooms now' }).click();
	await teacher.getByRole('dialog').getByRole('button', { name: 'Close the rooms now' }).click();
	await expect(rounds(student)).not.toContainText('You are in Room 1');
});
