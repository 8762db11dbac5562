import { expect, test, type Browser, type Page } from '@playwright/test';
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Client, newId, Refusal } from '../fixtures/api.ts';
import { DESK } from '../fixtures/test.ts';
import { playsTo, startButton } from '../fixtures/watch.ts';

const MICRO = 'emergency-stop';
const PASSWORD = 'hanzhi-demo-1';
const target = (name: string) =>
	fileURLToPath(new URL(`../../../docs/pictures/${name}.png`, import.meta.url));

const demo = (role: string) =>
	Client.signIn({ name: role, email: `${role}@hanzhi.example`, password: PASSWORD });

async function open(browser: Browser, as?: Client, locale = 'en'): Promise<Page> {
	const context = await browser.newContext({ viewport: DESK, storageState: as?.kept() });
	await context.addInitScript((l) => localStorage.setItem('hanzhi:locale', l), locale);
	return context.newPage();
}

async function course(page: Page): Promise<{ id: string; slug: string; lesson: string }> {
	const { items } = await page.request.get('/api/courses?format=micro').then((r) => r.json());
	const { slug, id } = items.find((one: { slug: string }) => one.slug.includes(MICRO)) ?? items[0];
	const { outline } = await page.request.get(`/api/courses/${slug}`).then((r) => r.json());
	return { id, slug, lesson: outline[0].lessons[0].id };
}

async function take(page: Page, name: string) {
	await page.evaluate(() => document.fonts.ready);
	const whole = target(`${name}-whole`);
	await page.screenshot({ path: whole, animations: 'disabled' });
	// A palette of its own takes a picture to less than half and nobody sees it.
	const palette = 'split[a][b];[a]palettegen=stats_mode=single[p];[b][p]paletteuse=dither=none';
	execFileSync('ffmpeg', ['-v', 'error', '-y', '-i', whole, '-vf', palette, target(name)]);
	rmSync(whole);
}

for (const [locale, name] of [
	['en', 'home'],
	['ar', 'home-ar']
])
	test(name, async ({ browser }) => {
		const page = await open(browser, undefined, locale);
		await page.goto('/');
		await expect(page.locator('article.card').first()).toBeVisible();
		await take(page, name);
	});

test('course', async ({ browser }) => {
	const page = await open(browser);
	await page.goto(`/courses/${(await course(page)).slug}`);
	await expect(page.locator('.unit .lesson').first()).toBeVisible();
	await take(page, 'course');
});

test('lesson', async ({ browser }) => {
	const student = await demo('student');
	const page = await open(browser, student);
	const { id, lesson } = await course(page);
	await student
		.call('PUT', `/api/enrolments/${newId()}`, { courseId: id })
		.catch((error: unknown) => {
			if (!(error instanceof Refusal && error.status === 409)) throw error; // enrolled already
		});
	await student.call('PUT', '/api/account/chinese-level', { list: 'hsk2', level: 1 });
	await page.goto(`/lessons/${lesson}`);
	await startButton(page).click();
	await playsTo(page, 14, 60_000);
	await page.keyboard.press('k');
	await expect(page.locator('.transcript li[aria-current]')).toBeVisible();
	await page.evaluate(() => scrollTo(0, 0));
	await take(page, 'lesson');
});

test('studio', async ({ browser }) => {
	const page = await open(browser, await demo('author'));
	await page.goto(`/studio/courses/${(await course(page)).id}`);
	await expect(page.locator('li.lesson').first()).toBeVisible();
	await take(page, 'studio');
});

/** The MOOC's lesson of a title, for the student who is in its run. */
async function lathe(student: Client, title: RegExp) {
	const { outline, runs } = await student.call<{
		outline: { lessons: { id: string; title: Record<string, string> }[] }[];
		runs: { id: string }[];
	}>('GET', '/api/courses/cnc-lathe');
	const lessons = outline.flatMap((unit) => unit.lessons);
	return { run: runs[0].id, lesson: lessons.find((one) => title.test(one.title.en))?.id ?? '' };
}

test('practice', async ({ browser }) => {
	const student = await demo('student');
	const page = await open(browser, student);
	await page.goto(`/lessons/${(await lathe(student, /parts of the lathe/)).lesson}`);
	const question = page.getByText(/^What is spot \d called/);
	// The whole picture with its question.
	await page.evaluate(() => document.documentElement.style.setProperty('zoom', '0.72'));
	await question.evaluate((element) => element.scrollIntoView({ block: 'end' }));
	await page.evaluate(() => scrollBy(0, 130));
	await expect(question).toBeVisible();
	await page.waitForTimeout(500); // the picture fades in
	await take(page, 'practice');
});

test('class', async ({ browser }) => {
	const { run } = await lathe(await demo('student'), /./);
	const page = await open(browser, await demo('teacher'));
	await page.goto(`/teach/runs/${run}?tab=class`);
	await expect(page.locator('#class-learners')).toBeAttached();
	await take(page, 'class');
});

test('live', async ({ browser }) => {
	const teacher = await open(browser, await demo('teacher'));
	const student = await open(browser, await demo('student'));
	const { items } = await teacher.request.get('/api/classes').then((r) => r.json());
	const { id } = items.find(({ state }: { state: string }) => state === 'scheduled');
	const enter = async (page: Page) => {
		await page.goto(`/classes/${id}`);
		await page.getByRole('button', { name: 'Join', exact: true }).click();
	};
	await enter(teacher);
	await teacher.getByRole('button', { name: 'Begin the class' }).click();
	await enter(student);
	await teacher.getByRole('button', { name: 'Pages' }).click();
	await teacher.getByRole('button', { name: 'Squares for characters' }).click();
	await teacher.getByRole('dialog').getByRole('textbox').fill('停车');
	await teacher.keyboard.press('Enter');
	await teacher.keyboard.press('Escape');
	for (const page of [teacher, student])
		await page
			.getByRole('navigation', { name: 'Parts of the class' })
			.getByRole('button', { name: 'Chat' })
			.click();
	for (const text of ['先停机，再测量', 'Stop first, then measure?']) {
		await student.getByRole('textbox').fill(text);
		await student.keyboard.press('Enter');
	}
	await student.getByRole('button', { name: 'Raise hand' }).click();
	await expect(teacher.getByText('Stop first, then measure?')).toBeVisible();
	await teacher.waitForTimeout(8000); // the strokes are written
	await take(teacher, 'live');
});
