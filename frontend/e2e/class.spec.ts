import type { Browser, Locator } from '@playwright/test';
import { baseUrl, Client, newId } from './fixtures/api.ts';
import { withoutPicker } from './fixtures/files.ts';
import { hearingBrowser, writeWav } from './fixtures/sound.ts';
import { Balancer, SecondNode } from './fixtures/nodes.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as at } from 'node:path';
import { person, type Stage } from './fixtures/stage.ts';
import { DESK, expect, PHONE, test, type Page } from './fixtures/test.ts';

// A class of three windows takes its time on a busy machine.
test.setTimeout(300_000);

let browser: Browser;
let folder: string;
let microphone: string;

test.beforeAll(async () => {
	folder = mkdtempSync(at(tmpdir(), 'hanzhi-class-'));
	const seconds = 2;
	const tone = Buffer.alloc(2 * 48_000 * seconds);
	for (let i = 0; i < 48_000 * seconds; i++)
		tone.writeInt16LE(Math.round(12_000 * Math.sin((2 * Math.PI * 330 * i) / 48_000)), 2 * i);
	microphone = at(folder, 'microphone.wav');
	writeWav(microphone, tone, 48_000);
	browser = await hearingBrowser(microphone);
});

test.afterAll(async () => {
	await browser.close();
	rmSync(folder, { recursive: true });
});

/** Plans a class that begins now. */
async function plan(teacher: Client, stage: Stage): Promise<{ id: string }> {
	const id = newId();
	await teacher.call('PUT', `/api/classes/${id}`, {
		runId: stage.mooc.run,
		title: { en: 'Stopping the lathe' },
		startsAt: new Date().toISOString(),
		minutes: 45,
		timeZone: 'Africa/Lusaka'
	});
	return { id };
}

/** A class with one more student than the stage has, of a name that no other journey has taken. */
async function school(stage: Stage, name: string) {
	const third = await Client.signUp(person(stage.mark, name));
	await third.call('PUT', `/api/enrolments/${newId()}`, {
		courseId: stage.mooc.id,
		runId: stage.mooc.run
	});
	const { id } = await plan(await Client.signIn(stage.people.teacher), stage);
	return { id, third: third.kept() };
}

/** Opens the class in a window of its own and joins. */
async function enter(
	id: string,
	storageState: object,
	viewport: typeof DESK,
	through = browser
): Promise<Page> {
	const context = await through.newContext({
		baseURL: baseUrl(),
		viewport,
		locale: 'en-GB',
		storageState: storageState as never,
		permissions: ['microphone', 'camera']
	});
	const page = await context.newPage();
	await page.goto(`/classes/${id}`);
	await page.getByRole('button', { name: 'Join', exact: true }).click();
	return page;
}

const tab = (page: Page, name: string) =>
	page.getByRole('navigation', { name: 'Parts of the class' }).getByRole('button', { name });
const board = (page: Page) => page.getByRole('application');

/** How many pixels of a canvas are inked. */
const inked = (within: Locator) =>
	within
		.locator('canvas')
		.first()
		.evaluate((canvas: HTMLCanvasElement) => {
			const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
			let dark = 0;
			for (let i = 0; i < data.length; i += 4)
				if (data[i + 3] > 128 && data[i] + data[i + 1] + data[i + 2] < 300) dark++;
			return dark;
		});
const ink = (page: Page) => inked(board(page));

/** Chooses something of the menu "More". */
async function more(page: Page, what: string): Promise<void> {
	await page.getByRole('button', { name: 'More' }).last().click();
	await page.getByText(what).first().click();
}

async function scribble(page: Page, box: { x: number; y: number; width: number; height: number }) {
	const { x, y, width, height } = box;
	await page.mouse.move(x + width * 0.3, y + height * 0.3);
	await page.mouse.down();
	await page.mouse.move(x + width * 0.6, y + height * 0.5, { steps: 8 });
	await page.mouse.move(x + width * 0.4, y + height * 0.7, { steps: 8 });
	await page.mouse.up();
}

test('three hold a class: ink, a writing round, a voice that is heard, and a line that is cut for twenty seconds', async ({
	stage
}) => {
	const { id, third } = await school(stage, 'Third');
	const teacher = await enter(id, stage.people.teacher.kept, DESK);
	await teacher.getByRole('button', { name: 'Begin the class' }).click();
	const student = await enter(id, stage.people.student.kept, PHONE);
	const other = await enter(id, third, PHONE);
	for (const page of [student, other]) await expect(board(page)).toBeVisible();

	await scribble(teacher, (await board(teacher).boundingBox())!);
	for (const page of [student, other]) await expect.poll(() => ink(page)).toBeGreaterThan(20);

	await tab(teacher, 'Activities').click();
	await teacher.getByRole('button', { name: 'Writing round' }).click();
	await teacher.getByLabel('Characters to write').fill('停');
	await teacher.getByRole('button', { name: 'Begin writing' }).click();
	const square = student.getByRole('region', { name: 'Writing round' });
	await expect(square).toBeVisible();
	const paper = square.getByLabel(/^Square for 停/);
	await paper.scrollIntoViewIfNeeded();
	await scribble(student, (await paper.boundingBox())!);
	await student.getByRole('button', { name: 'Hand in', exact: true }).click();
	await expect(square).toContainText('Handed in.');
	await expect(teacher.getByText('Handed in: 1 of 2')).toBeVisible();

	await teacher.getByRole('button', { name: 'Speak' }).click();
	await hears(student, 'Teacher');

	// Without a line for twenty seconds: nothing of what happens meanwhile is missed, nothing is there twice.
	await tab(other, 'Chat').click();
	await other.context().setOffline(true);
	await tab(teacher, 'Chat').click();
	for (const text of ['first message', 'second message', 'third message']) {
		await say(teacher, text);
		await teacher.waitForTimeout(7000);
	}
	await other.context().setOffline(false);
	for (const text of ['first message', 'second message', 'third message'])
		await expect(other.getByRole('log', { name: 'Chat' }).getByText(text)).toHaveCount(1, {
			timeout: 40_000
		});
	await expect(other.getByText('Connection lost.')).toHaveCount(0);
});

/** Says something in the chat. */
async function say(page: Page, text: string): Promise<void> {
	await page.getByRole('textbox').fill(text);
	await page.keyboard.press('Enter');
	await expect(page.getByRole('log', { name: 'Chat' })).toContainText(text);
}

/** Waits until a voice is loud at its listener's: decoded and played. */
async function hears(page: Page, speaker: string): Promise<void> {
	const level = page.getByRole('meter', { name: `Voice of ${speaker}` });
	await expect
		.poll(async () => Number(await level.getAttribute('aria-valuenow')), { timeout: 30_000 })
		.toBeGreaterThan(30);
}

test('on a line of 48 kbit/s voice and board arrive, and a server that dies hands its people to another with nothing missed', async ({
	stage
}) => {
	const node = await SecondNode.start();
	const balancer = await Balancer.start(node.port);
	const far = await hearingBrowser(microphone, balancer.rule);
	try {
		const { id } = await plan(await Client.signIn(stage.people.teacher), stage);
		const teacher = await enter(id, stage.people.teacher.kept, DESK);
		await teacher.getByRole('button', { name: 'Begin the class' }).click();
		const student = await enter(id, stage.people.student.kept, PHONE, far);
		await expect(board(student)).toBeVisible();
		balancer.bitsPerSecond = 48_000;

		await teacher.getByRole('button', { name: 'Speak' }).click();
		await scribble(teacher, (await board(teacher).boundingBox())!);
		await hears(student, 'Teacher');
		await expect.poll(() => ink(student)).toBeGreaterThan(20);
		await tab(student, 'Chat').click();
		await tab(teacher, 'Chat').click();
		await say(teacher, 'said before');

		balancer.target = Number(new URL(baseUrl()).port);
		node.kill();
		for (const text of ['said meanwhile', 'said still']) await say(teacher, text);
		for (const text of ['said before', 'said meanwhile', 'said still'])
			await expect(student.getByRole('log', { name: 'Chat' }).getByText(text)).toHaveCount(1, {
				timeout: 30_000
			});
		await hears(student, 'Teacher');
		await say(student, 'said from here');
		await expect(
			teacher.getByRole('log', { name: 'Chat' }).getByText('said from here')
		).toHaveCount(1);
	} finally {
		await far.close();
		balancer.stop();
		node.kill();
	}
});

/** Two slides, each of one light colour. */
async function slides(): Promise<Buffer> {
	const page = await browser.newPage();
	await page.setContent(
		['#9cf', '#cf9']
			.map((color) => `<div style="height: 100vh; background: ${color}; break-after: page"></div>`)
			.join('')
	);
	const file = await page.pdf({
		width: '960px',
		height: '540px',
		printBackground: true,
		pageRanges: '1-2'
	});
	await page.close();
	return file;
}

/** How many pixels of the board are of the colour of the first slide. */
const blue = (page: Page) =>
	board(page).evaluate((element) => {
		let count = 0;
		for (const canvas of element.querySelectorAll('canvas')) {
			if (!canvas.width || !canvas.height) continue;
			const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
			for (let i = 0; i < data.length; i += 4)
				if (Math.abs(data[i] - 153) < 12 && Math.abs(data[i + 1] - 204) < 12 && data[i + 2] > 240)
					count++;
		}
		return count;
	});

test('slides of a PDF come onto the board of everybody, also of who joins later, and are written on', async ({
	stage
}) => {
	const { id, third } = await school(stage, 'Latecomer');
	const teacher = await enter(id, stage.people.teacher.kept, DESK);
	await withoutPicker(teacher);
	await teacher.reload();
	await teacher.getByRole('button', { name: 'Join', exact: true }).click();
	await teacher.getByRole('button', { name: 'Begin the class' }).click();
	const student = await enter(id, stage.people.student.kept, PHONE);
	await expect(board(student)).toBeVisible();

	await teacher.getByRole('button', { name: 'Pages' }).click();
	await teacher.getByRole('button', { name: 'Slides' }).click();
	const choosing = teacher.waitForEvent('filechooser');
	await teacher.getByRole('button', { name: 'Choose files' }).click();
	await (
		await choosing
	).setFiles({ name: 'lathe.pdf', mimeType: 'application/pdf', buffer: await slides() });
	await expect(teacher.getByText('On the board. Pages: 2')).toBeVisible({ timeout: 60_000 });
	await teacher.getByRole('button', { name: 'Close' }).last().click();
	await teacher.keyboard.press('Escape');

	for (const page of [teacher, student]) {
		await expect(page.getByText('Page 2 of 3')).toBeAttached();
		await expect.poll(() => blue(page), { timeout: 30_000 }).toBeGreaterThan(10_000);
	}
	await scribble(teacher, (await board(teacher).boundingBox())!);
	await expect.poll(() => ink(student)).toBeGreaterThan(20);
	const late = await enter(id, third, PHONE);
	await expect.poll(() => blue(late), { timeout: 30_000 }).toBeGreaterThan(10_000);
	await expect.poll(() => ink(late)).toBeGreaterThan(20);
});

/** The titles of all dialogs that open from now on, however short. */
function opened(page: Page) {
	return page.evaluateHandle(() => {
		const titles: string[] = [];
		new MutationObserver(() => {
			for (const title of document.querySelectorAll('dialog[open] h2'))
				if (!titles.includes(title.textContent)) titles.push(title.textContent);
		}).observe(document.body, { subtree: true, childList: true, attributes: true });
		return titles;
	});
}

test('a recorded class is played to its end with board and voice, and published as a micro-course that a student finds', async ({
	stage,
	api
}) => {
	const { id } = await plan(await Client.signIn(stage.people.teacher), stage);
	const teacher = await enter(id, stage.people.teacher.kept, DESK);
	await teacher.getByRole('button', { name: 'Begin the class' }).click();
	const dialogs = await opened(teacher);
	await more(teacher, 'Record the class');
	await expect(teacher.getByText('Recording', { exact: true })).toBeVisible();
	await teacher.keyboard.press('Escape');
	await teacher.getByRole('button', { name: 'Speak' }).click();
	await teacher.getByRole('button', { name: 'Turn the camera on' }).click();
	// Who records is not asked whether they may be recorded, not even for a moment.
	expect(await dialogs.jsonValue()).toEqual(['More']);
	await scribble(teacher, (await board(teacher).boundingBox())!);
	await teacher.waitForTimeout(4000);
	await teacher.getByRole('button', { name: 'Pages', exact: true }).click();
	await teacher.getByRole('button', { name: 'Squares for characters' }).click();
	await teacher.getByLabel('Characters', { exact: true }).fill('停');
	await teacher.getByRole('button', { name: 'Add the page' }).click();
	await teacher.keyboard.press('Escape');
	await teacher.getByRole('button', { name: 'Play the stroke order' }).click();
	await scribble(teacher, (await board(teacher).boundingBox())!);
	await teacher.waitForTimeout(5000);
	await more(teacher, 'End the class');
	await teacher.getByRole('button', { name: 'End the class' }).last().click();
	await expect(teacher.getByRole('heading', { name: 'The class has ended' })).toBeVisible();

	const pieces: number[] = [];
	teacher.on('response', (answer) => {
		if (answer.url().includes('/pieces/')) pieces.push(answer.status());
	});
	await expect(async () => {
		await teacher.goto(`/classes/${id}/replay`);
		await expect(teacher.getByText('Teacher', { exact: true })).toBeVisible({ timeout: 2000 });
	}).toPass({ timeout: 30_000 });
	await teacher.getByRole('button', { name: 'Play', exact: true }).click();
	await expect(teacher.getByRole('button', { name: 'Pause' })).toBeVisible();
	await expect(teacher.getByRole('button', { name: 'Play', exact: true })).toBeVisible({
		timeout: 60_000
	});
	const seek = teacher.getByRole('slider', { name: 'Position in the class' });
	expect(await seek.inputValue()).toBe(await seek.getAttribute('max'));
	await expect
		.poll(() => inked(teacher.getByRole('img', { name: 'The board at this moment' })))
		.toBeGreaterThan(20);
	expect(pieces.length).toBeGreaterThan(0);
	expect(new Set(pieces)).toEqual(new Set([200]));
	await expect(teacher.getByRole('alert')).toHaveCount(0);

	// Some seconds before the end the camera's picture is there, without playing: what lies before it is decoded.
	await seek.fill(String(Number(await seek.getAttribute('max')) - 4));
	const face = teacher.getByRole('img', { name: 'Picture of Teacher' });
	await expect
		.poll(() => face.locator('canvas').evaluate((one: HTMLCanvasElement) => one.width))
		.toBe(320);
	await teacher.getByLabel('Speed').selectOption('2');
	await teacher.getByRole('switch', { name: 'Skip silence' }).check();
	await seek.fill('0');
	await teacher.getByRole('button', { name: 'Play', exact: true }).click();
	await expect(teacher.getByRole('button', { name: 'Pause' })).toBeVisible();
	await expect(teacher.getByRole('button', { name: 'Play', exact: true })).toBeVisible({
		timeout: 60_000
	});
	await expect(teacher.getByRole('alert')).toHaveCount(0);

	// Two clicks: the title is there already.
	await teacher.getByRole('button', { name: 'Publish', exact: true }).click();
	const sheet = teacher.getByRole('dialog');
	await expect(sheet.getByLabel('Title')).toHaveValue('Stopping the lathe');
	await sheet.getByRole('button', { name: 'Publish now' }).click();
	await expect(teacher.getByText('“Stopping the lathe” is being made.')).toBeVisible();
	const open = teacher.getByRole('link', { name: 'Open the course' });
	await expect(open).toBeVisible({ timeout: 180_000 });

	const student = await api('student');
	const slug = (await open.getAttribute('href'))!.split('/').pop()!;
	const course = await student.call<{
		id: string;
		format: string;
		outline: { lessons: { id: string }[] }[];
	}>('GET', `/api/courses/${slug}`);
	expect(course.format).toBe('micro');
	await student.call('PUT', `/api/enrolments/${newId()}`, { courseId: course.id });
	const context = await browser.newContext({
		baseURL: baseUrl(),
		viewport: PHONE,
		locale: 'en-GB',
		storageState: stage.people.student.kept as never
	});
	const page = await context.newPage();
	await page.goto(`/lessons/${course.outline[0].lessons[0].id}`);
	await expect(page.getByRole('region', { name: 'Video: Stopping the lathe' })).toBeVisible();
	const chapters = page.getByRole('navigation', { name: 'Chapters' });
	await expect(chapters.getByRole('button')).toHaveCount(2);
	await chapters.getByRole('button', { name: '停' }).click();
	await expect(chapters.getByRole('button', { name: '停' })).toHaveAttribute(
		'aria-current',
		'true'
	);
	await context.close();
});
