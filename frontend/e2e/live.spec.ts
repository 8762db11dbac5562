import { newId, type Client } from './fixtures/api.ts';
import type { Stage } from './fixtures/stage.ts';
import { DESK, expect, PHONE, test, type Page } from './fixtures/test.ts';

/** A class of the stage's run that could begin now. */
async function planned(teacher: Client, stage: Stage, change: object = {}): Promise<string> {
	const id = newId();
	await teacher.call('PUT', `/api/classes/${id}`, {
		runId: stage.mooc.run,
		title: { en: 'Stopping the lathe' },
		startsAt: new Date(Date.now() + 60_000).toISOString(),
		minutes: 45,
		timeZone: 'Africa/Lusaka',
		...change
	});
	return id;
}

const tab = (page: Page, name: string) =>
	page.getByRole('navigation', { name: 'Parts of the class' }).getByRole('button', { name });

async function join(page: Page, id: string, query = ''): Promise<void> {
	await page.goto(`/classes/${id}${query}`);
	await page.getByRole('button', { name: 'Join' }).click();
}

/** Every socket that the page opens from now on, so that its line can be cut. */
async function sockets(page: Page): Promise<{ cut: () => Promise<void>; opened: () => number }> {
	let opened = 0;
	page.on('websocket', () => opened++);
	await page.addInitScript(() => {
		const all: WebSocket[] = [];
		const Real = window.WebSocket;
		class Watched extends Real {
			constructor(url: string | URL, protocols?: string | string[]) {
				super(url, protocols);
				all.push(this);
			}
		}
		Object.assign(window, { WebSocket: Watched, liveSockets: all });
	});
	return {
		opened: () => opened,
		cut: () =>
			page.evaluate(() => {
				const all = (window as unknown as { liveSockets: WebSocket[] }).liveSockets;
				all[all.length - 1].close();
			})
	};
}

test('a teacher and a student hold a class: chat, hand, locks, and a line that heals', async ({
	as,
	api,
	stage
}) => {
	test.slow(); // two people, a cut and its healing
	const id = await planned(await api('teacher'), stage);
	const student = await as('student', { viewport: PHONE });
	const line = await sockets(student);
	await join(student, id);
	await expect(student.getByText('The class has not begun yet')).toBeVisible();

	const teacher = await as('teacher', { viewport: DESK });
	await join(teacher, id);
	await teacher.getByRole('button', { name: 'Begin the class' }).click();
	await expect(student.getByRole('button', { name: 'Raise hand' })).toBeVisible();

	await tab(student, 'Chat').click();
	await student.getByRole('textbox').fill('老师好');
	await student.keyboard.press('Enter');
	await tab(teacher, 'Chat').click();
	const heard = teacher.getByRole('log', { name: 'Chat' });
	await expect(heard).toContainText('老师好');

	await student.getByRole('button', { name: 'Raise hand' }).click();
	await expect(student.getByRole('button', { name: 'Hand up: 1' })).toBeVisible();
	await tab(teacher, 'People').click();
	await expect(teacher.getByText('Hands: 1')).toBeVisible();
	await teacher.getByRole('button', { name: 'Lower all' }).click();
	await expect(student.getByRole('button', { name: 'Raise hand' })).toBeVisible();

	// A lock takes effect on the open line.
	const before = line.opened();
	await teacher.getByText('Students may').click();
	await teacher.getByRole('switch', { name: 'write in the chat' }).click();
	await expect(student.getByText('The chat is closed.')).toBeVisible();
	await teacher.getByRole('switch', { name: 'write in the chat' }).click();
	await expect(student.getByText('The chat is closed.')).toHaveCount(0);
	expect(line.opened()).toBe(before);

	// What is written while the line is cut is there afterwards, once; what was missed is too.
	await student.context().setOffline(true);
	await line.cut();
	await expect(student.getByText('Connection lost.')).toBeVisible();
	await student.getByRole('textbox').fill('written without a line');
	await student.keyboard.press('Enter');
	await tab(teacher, 'Chat').click();
	await teacher.getByRole('textbox').fill('said meanwhile');
	await teacher.keyboard.press('Enter');
	await student.context().setOffline(false);
	await expect(student.getByText('Connection lost.')).toHaveCount(0, { timeout: 20_000 });
	await expect(student.getByRole('log', { name: 'Chat' })).toContainText('said meanwhile');
	await expect(heard.getByText('written without a line')).toHaveCount(1);
	await expect(student.getByText('Being sent…')).toHaveCount(0);

	await teacher.getByRole('button', { name: 'More' }).last().click();
	await teacher.getByRole('button', { name: 'End the class' }).click();
	await teacher.getByRole('button', { name: 'End the class' }).last().click();
	await expect(student.getByRole('heading', { name: 'The class has ended' })).toBeVisible();
});

test('a guest waits at the door, is let in, and is told when a teacher removes them', async ({
	as,
	api,
	stage
}) => {
	const client = await api('teacher');
	const id = await planned(client, stage, { waitingRoom: true });
	const { secret } = await client.call<{ secret: string }>(
		'PUT',
		`/api/classes/${id}/guest-links/${newId()}`,
		{ role: 'student' }
	);
	const teacher = await as('teacher', { viewport: DESK });
	await join(teacher, id);
	await teacher.getByRole('button', { name: 'Begin the class' }).click();

	const guest = await as(undefined, { viewport: PHONE });
	await guest.goto(`/classes/${id}?guest=${secret}`);
	await guest.getByLabel('Your name').fill('Master Banda');
	await guest.getByRole('button', { name: 'Join' }).click();
	await expect(guest.getByText('You are at the door')).toBeVisible();

	await tab(teacher, 'People').click();
	await teacher.getByRole('button', { name: /Let in.*Master Banda/ }).click();
	await expect(tab(guest, 'Chat')).toBeVisible();

	await teacher.getByRole('button', { name: /Master Banda/ }).click();
	await teacher.getByRole('button', { name: 'Remove from the class' }).click();
	await teacher.getByRole('button', { name: 'Remove from the class' }).last().click();
	await expect(guest.getByText('A teacher has taken you out of this class.')).toBeVisible();
});
