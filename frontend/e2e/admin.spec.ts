import { Client, newId } from './fixtures/api.ts';
import { person } from './fixtures/stage.ts';
import { DESK, expect, test } from './fixtures/test.ts';

test('an administrator makes an institution that then has a page', async ({ as }) => {
	const slug = `works-${newId().slice(-6)}`;
	const name = `The ${slug}`;
	const page = await as('admin', { viewport: DESK });
	await page.goto('/admin?tab=institutions');
	await page.getByRole('button', { name: 'Add an institution' }).click();
	const dialog = page.getByRole('dialog');
	await dialog.getByLabel('Name (English)').fill(name);
	await dialog.getByLabel('Name in addresses').fill('Not An Address');
	await dialog.getByLabel('Kind').selectOption({ label: 'Company' });
	await dialog.getByLabel('Country').fill('la');
	await dialog.getByRole('button', { name: 'Save' }).click();
	const address = dialog.getByLabel('Name in addresses');
	await expect(address, 'the field at fault is named').toHaveAttribute('aria-invalid', 'true');
	await address.fill(slug);
	await dialog.getByRole('button', { name: 'Save' }).click();
	await page.getByRole('link', { name }).click();
	await expect(page.getByRole('heading', { name })).toBeVisible();
});

test('a member is added by address, gets other roles and is taken out', async ({ as, stage }) => {
	const helper = person(stage.mark, 'Helper');
	await Client.signUp(helper);
	const page = await as('admin', { viewport: DESK });
	await page.goto('/admin?tab=members');
	const choice = page.getByLabel('Institution', { exact: true });
	await choice.selectOption({ label: `College ${stage.mark}` });
	await page.getByRole('button', { name: 'Add a member' }).click();
	const dialog = page.getByRole('dialog');
	await dialog
		.getByLabel('E-mail address of the account')
		.fill(`nobody-${stage.mark}@hanzhi.example`);
	await dialog.getByRole('button', { name: 'Save' }).click();
	await expect(dialog.getByLabel('E-mail address of the account')).toHaveAttribute(
		'aria-invalid',
		'true'
	);
	await dialog.getByLabel('E-mail address of the account').fill(helper.email);
	await dialog.getByRole('button', { name: 'Save' }).click();
	const line = page.getByRole('listitem').filter({ hasText: helper.email });
	await expect(line).toContainText('Student');
	await line.getByRole('button', { name: 'Roles' }).click();
	await dialog.getByRole('checkbox', { name: 'Teacher' }).check();
	await dialog.getByRole('button', { name: 'Save' }).click();
	await expect(line).toContainText('Student · Teacher');
	await line.getByRole('button', { name: 'Take out' }).click();
	await dialog.getByRole('button', { name: 'Take out' }).click();
	await expect(line).toHaveCount(0);
	await page.reload();
	await page
		.getByLabel('Institution', { exact: true })
		.selectOption({ label: `College ${stage.mark}` });
	await expect(
		page.getByRole('listitem').filter({ hasText: stage.people.author.email })
	).toBeVisible();
	await expect(line).toHaveCount(0);
});

test('a suspended account is signed out at once', async ({ as, stage }) => {
	const guest = await Client.signUp(person(stage.mark, 'Suspended'));
	const office = await as('admin', { viewport: DESK });
	await office.goto('/admin?tab=accounts');
	await office.getByRole('searchbox').fill(guest.person.email);
	const line = office.getByRole('listitem').filter({ hasText: guest.person.email });
	await line.getByRole('button', { name: 'Suspend' }).click();
	await office.getByRole('dialog').getByRole('button', { name: 'Suspend' }).click();
	await expect(line.getByRole('button', { name: 'Let in again' })).toBeVisible();
	await expect(guest.call('GET', '/api/account')).rejects.toMatchObject({ status: 401 });
});
