import { Client } from './fixtures/api.ts';
import { person } from './fixtures/stage.ts';
import { DESK, expect, PHONE, test, type Page } from './fixtures/test.ts';
import { playsTo, startButton } from './fixtures/watch.ts';

async function fillSignUp(page: Page, name: string, email: string, password: string) {
	await page.getByLabel('Your name').fill(name);
	await page.getByLabel('E-mail address').fill(email);
	await page.getByLabel('Password', { exact: true }).fill(password);
}

async function chooseLanguage(page: Page, from: RegExp, to: string) {
	await page.getByRole('banner').getByRole('button', { name: from }).click();
	await page.getByRole('menuitemradio', { name: to }).click();
}

test('a visitor plays the first open lesson within six taps and without an account', async ({
	as
}) => {
	const page = await as(undefined, { viewport: PHONE, hasTouch: true });
	let taps = 0;
	await page.exposeFunction('tapped', () => void taps++);
	await page.addInitScript(() =>
		addEventListener('pointerdown', () => (globalThis as { tapped?: () => void }).tapped?.(), true)
	);
	await page.goto('/');
	await page.getByRole('link', { name: 'Try a lesson now' }).tap();
	await startButton(page).tap();
	const { frames } = await playsTo(page, 2);
	expect(frames).toBeGreaterThan(0);
	expect(taps).toBeGreaterThan(0);
	expect(taps).toBeLessThanOrEqual(6);
	expect(await page.evaluate(() => document.cookie)).toBe('');
});

test('signing up takes three fields; a course is joined, left and joined again', async ({
	as,
	stage
}) => {
	const page = await as();
	await page.goto(`/courses/${stage.micro.slug}`);
	await page.getByRole('button', { name: 'Join the course' }).click();
	await page.getByRole('main').getByRole('link', { name: 'Sign up' }).click();
	await expect(page.getByLabel('Your name')).toBeVisible();
	expect(await page.locator('form :is(input, select, textarea)').count()).toBeLessThanOrEqual(3);
	const { name, email, password } = person(stage.mark, 'Newcomer');
	await fillSignUp(page, name, email, password);
	await page.getByRole('main').getByRole('button', { name: 'Sign up' }).click();
	await page.waitForURL(`**/courses/${stage.micro.slug}`);
	await page.getByRole('button', { name: 'Join the course' }).click();
	await expect(page.getByRole('link', { name: 'Begin the first lesson' })).toBeVisible();
	await page.getByRole('button', { name: 'Leave the course' }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Leave the course' }).click();
	await page.getByRole('button', { name: 'Join the course' }).click();
	await expect(page.getByRole('link', { name: 'Begin the first lesson' })).toBeVisible();
});

test('switching the language reloads nothing and keeps what was typed', async ({ as }) => {
	const page = await as();
	await page.goto('/sign-up');
	await page.evaluate(() => void ((globalThis as { here?: boolean }).here = true));
	await fillSignUp(page, 'Half a na', 'half@hanzhi.example', 'half a password');
	await chooseLanguage(page, /^Language/, 'Русский');
	await expect(page.getByRole('heading', { level: 1 })).toHaveText(/[А-я]/);
	await expect(page.locator('html')).toHaveAttribute('lang', 'ru');
	await chooseLanguage(page, /Русский/, 'العربية');
	await expect(page.locator('html')).toHaveAttribute('dir', 'rtl');
	await expect(page.getByRole('heading', { level: 1 })).toHaveText(/[\u0600-\u06ff]/);
	await expect(page.locator('input[name="name"]')).toHaveValue('Half a na');
	await expect(page.locator('input[name="email"]')).toHaveValue('half@hanzhi.example');
	await expect(page.locator('input[autocomplete="new-password"]')).toHaveValue('half a password');
	expect(await page.evaluate(() => (globalThis as { here?: boolean }).here)).toBe(true);
	await page.reload();
	await expect(page.locator('html')).toHaveAttribute('lang', 'ar');
});

test('a forgotten password is set anew through the mail in the outbox', async ({ as, stage }) => {
	const forgetful = person(stage.mark, 'Forgetful');
	await Client.signUp(forgetful);
	const page = await as();
	await page.goto('/sign-in');
	await page.getByRole('link', { name: 'Forgot the password?' }).click();
	// Both pages ask for the address: this one has to be there first.
	await expect(page.getByRole('heading', { name: 'Set a new password' })).toBeVisible();
	await page.getByLabel('E-mail address').fill(forgetful.email);
	await page.getByRole('button', { name: 'Send the link' }).click();
	await expect(page.getByRole('heading', { name: 'Look into your mail' })).toBeVisible();

	const office = await as('admin', { viewport: DESK });
	await office.goto('/admin?tab=outbox');
	const mail = office.locator('details').filter({ hasText: forgetful.email });
	await mail.locator('summary').click();
	const link = await mail.getByRole('link').getAttribute('href');

	await page.goto(link ?? '');
	await expect(page, 'the secret leaves the address bar').not.toHaveURL(/token/);
	await page.getByLabel('New password').fill('another gauge block');
	await page.getByRole('button', { name: 'Set the password' }).click();
	await page.waitForURL('**/sign-in');
	const enter = async (password: string) => {
		await page.getByLabel('E-mail address').fill(forgetful.email);
		await page.getByLabel('Password', { exact: true }).fill(password);
		await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
	};
	await enter(forgetful.password);
	await expect(page.getByRole('alert')).not.toBeEmpty();
	await enter('another gauge block');
	await expect(page.getByRole('heading', { name: 'Hello, Forgetful' })).toBeVisible();
});
