import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, newId } from './fixtures/api.ts';
import { person } from './fixtures/stage.ts';
import { DESK, expect, PHONE, test } from './fixtures/test.ts';

test('an administrator imports a list of levels after looking at it, and a learner chooses it', async ({
	as,
	stage
}) => {
	const id = `steps-${newId().slice(-6)}`;
	const name = `Workshop ${id}`;
	const files = [1, 2].map((level) => join(stage.folder, `${id}-level-${level}.txt`));
	writeFileSync(files[0], '按下\n按钮\n按下\nbutton\n');
	writeFileSync(files[1], '机器\n停\n');

	const page = await as('admin', { viewport: DESK });
	await page.goto('/admin?tab=lists');
	await expect(page.getByRole('heading', { name: /^HSK 2\.0/ })).toBeVisible();
	await page.getByRole('button', { name: 'Import a list' }).click();
	const dialog = page.getByRole('dialog');
	await dialog.getByLabel('Name of the list').fill(name);
	await dialog.getByLabel('Short name').fill(id);
	await dialog.getByLabel('Files of the list').setInputFiles(files);
	await dialog.getByRole('button', { name: 'Look at it first' }).click();

	// What would be imported is told with exact counts, and every line that is left out with its place.
	await expect(dialog.getByRole('row').nth(1)).toHaveText(/^1\s*2\s*2$/);
	await expect(dialog.getByRole('row').nth(2)).toHaveText(/^2\s*2\s*4$/);
	await expect(dialog).toContainText('2 lines are left out');
	await expect(dialog).toContainText(`${id}-level-1.txt, line 3`);
	await expect(dialog).toContainText('This is no Chinese word.');
	const listed = page.getByRole('listitem').filter({ hasText: name });
	await dialog.getByRole('button', { name: 'Import this list' }).click();
	await expect(listed).toContainText('4 words');

	const learner = await Client.signUp(person(stage.mark, 'Stepper'));
	await learner.call('PUT', `/api/enrolments/${newId()}`, { courseId: stage.micro.id });
	const phone = await as(undefined, { storageState: learner.kept(), viewport: PHONE });
	await phone.goto(`/lessons/${stage.micro.units[0].lessons[0].id}`);
	await phone.getByRole('button', { name: 'Another list of levels' }).click();
	await phone.getByLabel('Another list of levels').selectOption({ label: name });
	await phone.getByRole('button', { name: `${name} 2`, exact: true }).click();
	await expect(phone.getByText(`${name} · 2`)).toBeVisible();
	await page.reload();
	await expect(listed).toContainText('1 learner uses it');

	await listed.getByRole('button', { name: 'Delete' }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
	await expect(listed).toHaveCount(0);
	await phone.reload();
	await expect(phone.getByText(`The list ${name}, which you had chosen`)).toBeVisible();
});
