import { Client, newId } from './fixtures/api.ts';
import { person, type Stage } from './fixtures/stage.ts';
import { DESK, expect, PHONE, test, type Page } from './fixtures/test.ts';

/** A run of its own with one learner, and a colleague of its teacher: other journeys hold classes of the stage's run. */
async function term(stage: Stage, author: Client, admin: Client, names: [string, string]) {
	const run = newId();
	const day = 86_400_000;
	await author.call('PUT', `/api/studio/runs/${run}`, {
		courseId: stage.mooc.id,
		title: { en: 'Winter' },
		startsAt: new Date(Date.now() - day).toISOString(),
		endsAt: new Date(Date.now() + 60 * day).toISOString(),
		timeZone: 'Africa/Lusaka',
		teacherEmails: [stage.people.teacher.email]
	});
	const learner = await Client.signUp(person(stage.mark, names[0]));
	await learner.call('PUT', `/api/enrolments/${newId()}`, { courseId: stage.mooc.id, runId: run });
	const colleague = await Client.signUp(person(stage.mark, names[1]));
	await admin.call('PUT', `/api/institutions/${stage.institution.id}/members`, {
		email: colleague.person.email,
		roles: ['teacher']
	});
	return { run, learner, colleague };
}

const row = (page: Page, title: string) => page.locator('li.class').filter({ hasText: title });

test('a teacher plans a weekly class with a colleague; its learner sees it, has it in a calendar, and sees it called off', async ({
	as,
	api,
	stage
}) => {
	test.slow(); // three people
	const name = `Mwila ${newId().slice(-4)}`;
	const { run, learner, colleague } = await term(stage, await api('author'), await api('admin'), [
		'Chanda',
		name
	]);
	const title = `Talking of lathes ${newId().slice(-6)}`;
	const lesson = stage.mooc.units[0].lessons[0].id;

	const teacher = await as('teacher', { viewport: DESK });
	await teacher.goto(`/teach/runs/${run}?tab=live`);
	await teacher.getByRole('button', { name: 'Plan a class' }).click();
	const form = teacher.getByRole('dialog');
	await form.getByLabel('Lesson').selectOption(lesson);
	await form.getByLabel('Title').fill(title);
	await form.getByLabel('How often').selectOption('2');
	await form.getByRole('searchbox').fill(name.toLowerCase());
	await form.getByRole('button', { name: `Add ${name}` }).click();
	await expect(form.getByRole('button', { name: `Take ${name} off` })).toBeVisible();
	await form.getByRole('button', { name: 'Plan it' }).click();
	await expect(row(teacher, title)).toHaveCount(2);
	await expect(row(teacher, title).first()).toContainText(`With Teacher and ${name}`);

	const student = await as(undefined, { viewport: PHONE, storageState: learner.kept() });
	for (const place of ['/today', `/lessons/${lesson}`]) {
		await student.goto(place);
		const banner = student.locator('[data-class]');
		await expect(banner).toContainText(title);
		await expect(banner).toContainText('Starts in');
		await expect(banner).toContainText(`With Teacher and ${name}`);
	}

	await student.goto('/today');
	await student.getByRole('link', { name: 'Live classes' }).click();
	await expect(row(student, title)).toHaveCount(2);
	await student.getByRole('button', { name: 'Make an address' }).click();
	const address = await student.getByLabel('Address').inputValue();
	const feed = async () => (await fetch(address)).text();
	expect(await feed()).toMatch(/^BEGIN:VCALENDAR/);
	expect((await feed()).match(/BEGIN:VEVENT/g)).toHaveLength(2);
	expect(await feed()).not.toContain('STATUS:CANCELLED');

	const named = await as(undefined, { viewport: DESK, storageState: colleague.kept() });
	await named.goto('/classes');
	await expect(row(named, title)).toHaveCount(2);
	await row(named, title).first().getByRole('button', { name: 'Change', exact: true }).click();
	const plan = named.getByRole('dialog', { name: 'Change the class' });
	await expect(plan.getByLabel('Lesson')).toHaveValue(lesson);
	await plan.getByLabel('Minutes').fill('50');
	await plan.getByRole('button', { name: 'Save the change' }).click();
	await expect(row(named, title).first()).toContainText('50 min');
	await row(named, title).first().getByRole('link', { name: 'Go to the class' }).click();
	const join = named.getByRole('button', { name: 'Join', exact: true });
	await expect(join).toBeVisible();
	await expect(named.getByText(`With Teacher and ${name}`)).toBeVisible();
	await join.click();
	await expect(named.getByRole('button', { name: 'Begin the class' })).toBeVisible();
	await named.close();

	await row(teacher, title).first().getByRole('button', { name: 'Cancel the class' }).click();
	await teacher.getByRole('dialog').getByRole('button', { name: 'Cancel the class' }).click();
	await expect(row(teacher, title).filter({ hasText: 'Cancelled' })).toHaveCount(1);
	await student.reload();
	await expect(row(student, title).filter({ hasText: 'Cancelled' })).toHaveCount(1);
	expect((await feed()).match(/STATUS:CANCELLED/g)).toHaveLength(1);
	await student.goto(`/lessons/${lesson}`);
	await expect(student.getByRole('heading', { level: 1 })).toBeVisible();
	await expect(student.getByText('Starts in')).toHaveCount(0);
});

test('the results of a class that counts are points for who was there, seen by them and by the teacher', async ({
	as,
	api,
	stage
}) => {
	test.setTimeout(180_000); // a class is held
	const author = await api('author');
	const { run, learner } = await term(stage, author, await api('admin'), ['Lombe', 'Tembo']);
	const id = newId();
	const title = `Counted ${newId().slice(-6)}`;
	const host = await api('teacher');
	await host.call('PUT', `/api/classes/${id}`, {
		runId: run,
		title: { en: title },
		startsAt: new Date().toISOString(),
		minutes: 45,
		timeZone: 'Africa/Lusaka',
		graded: true
	});
	const teacher = await as('teacher', { viewport: DESK });
	const student = await as(undefined, { viewport: PHONE, storageState: learner.kept() });
	const join = async (page: Page) => {
		await page.goto(`/classes/${id}`);
		await page.getByRole('button', { name: 'Join', exact: true }).click();
	};
	await join(teacher);
	await teacher.getByRole('button', { name: 'Begin the class' }).click();
	await join(student);
	const rounds = (page: Page) => page.locator('section.rounds');
	await expect(rounds(student)).toBeVisible();
	await rounds(teacher).locator('.starts').getByRole('button', { name: 'Quick quiz' }).click();
	await teacher.getByLabel('Question to the class').fill('停 means?');
	await teacher.getByLabel('Answer 1', { exact: true }).fill('stop');
	await teacher.getByLabel('Answer 2', { exact: true }).fill('go');
	await teacher.getByLabel('Answer 1 is right').check();
	await teacher.getByRole('button', { name: 'Ask now' }).click();
	await student.getByLabel('stop', { exact: true }).check();
	await expect(rounds(teacher)).toContainText('Answers: 1, students here: 1');
	await teacher.getByRole('button', { name: 'More' }).last().click();
	await teacher.getByRole('button', { name: 'End the class' }).click();
	await teacher.getByRole('button', { name: 'End the class' }).last().click();
	await expect(student.getByRole('heading', { name: 'The class has ended' })).toBeVisible();

	await expect(async () => {
		await student.goto('/classes');
		await expect(row(student, title)).toContainText('Your result: 1 of 1', { timeout: 2000 });
	}).toPass({ timeout: 30_000 });
	await teacher.goto(`/teach/runs/${run}`);
	await expect(teacher.getByRole('row').filter({ hasText: 'Lombe' })).toContainText('1 of 1');

	await teacher.goto(`/classes/${id}/report`);
	const points = teacher.getByRole('columnheader', { name: 'Points' });
	await expect(points).toBeVisible();
	await teacher.getByRole('switch', { name: 'Results count as grades' }).click();
	await expect(points).toHaveCount(0);
	await student.reload();
	await expect(row(student, title)).toBeVisible();
	await expect(student.getByText('Your result')).toHaveCount(0);
});

test('mails before classes can be switched off', async ({ as, stage }) => {
	const someone = await Client.signUp(person(stage.mark, 'Quiet'));
	const page = await as(undefined, { viewport: PHONE, storageState: someone.kept() });
	await page.goto('/settings');
	const mails = page.getByRole('switch', { name: 'Mails before live classes' });
	await expect(mails).toBeChecked();
	const saved = page.waitForResponse((answer) => answer.url().endsWith('/api/account'));
	await mails.click();
	expect((await saved).status()).toBe(200);
	await page.reload();
	await expect(mails).not.toBeChecked();
});
