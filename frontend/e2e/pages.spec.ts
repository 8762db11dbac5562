import { AxeBuilder } from '@axe-core/playwright';
import { baseUrl } from './fixtures/api.ts';
import { places, type Place } from './fixtures/places.ts';
import type { Role } from './fixtures/stage.ts';
import { DESK, expect, PHONE, test, type Page } from './fixtures/test.ts';

// Both themes are seen in both directions and at both sizes.
const VIEWS = [
	{ locale: 'en', viewport: PHONE, colorScheme: 'light' },
	{ locale: 'en', viewport: DESK, colorScheme: 'dark' },
	{ locale: 'ar', viewport: PHONE, colorScheme: 'dark' },
	{ locale: 'ar', viewport: DESK, colorScheme: 'light' }
] as const;
const ROLES: (Role | undefined)[] = [undefined, 'student', 'teacher', 'author', 'admin'];
const STANDARD = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa'];

/** What a page must not do: say an error in the console, ask another host. */
function listen(page: Page): string[] {
	const wrongs: string[] = [];
	page.on('console', (message) => {
		if (message.type() === 'error')
			wrongs.push(`console: ${message.text()} ${message.location().url}`);
	});
	page.on('request', (request) => {
		const url = new URL(request.url());
		if (url.protocol.startsWith('http') && url.origin !== baseUrl())
			wrongs.push(`foreign request: ${request.url()}`);
	});
	return wrongs;
}

/** The whole page at once, since axe takes what lies under a bar at the edge of the screen for covered. */
async function accessibility(page: Page): Promise<string[]> {
	const size = page.viewportSize() ?? DESK;
	const height = await page.evaluate(() => document.documentElement.scrollHeight);
	await page.setViewportSize({ width: size.width, height: Math.max(height, size.height) });
	const { violations } = await new AxeBuilder({ page }).withTags(STANDARD).analyze();
	await page.setViewportSize(size);
	return violations.flatMap(({ id, nodes }) =>
		nodes.map(
			({ target, any, all }) => `${id}: ${target.join(' ')} ${[...any, ...all][0]?.message}`
		)
	);
}

/** Elements that stick out sideways, if the page can be pushed sideways at all. */
function overflow(page: Page): Promise<string[]> {
	return page.evaluate(() => {
		const root = document.documentElement;
		if (root.scrollWidth <= root.clientWidth) return [];
		const out = [...document.querySelectorAll('body *')].filter((element) => {
			const { left, right, width } = element.getBoundingClientRect();
			return width > 0 && (right > root.clientWidth + 1 || left < -1);
		});
		return [`${root.scrollWidth} px wide`, ...out.slice(-3).map((e) => e.outerHTML.slice(0, 120))];
	});
}

async function look(page: Page, place: Place, locale: string): Promise<string[]> {
	await page.goto(place.path);
	await expect(page.locator(place.shows).first(), `${place.name} is whole`).toBeVisible();
	await expect(page.locator('html')).toHaveAttribute('dir', locale === 'ar' ? 'rtl' : 'ltr');
	return [...(await overflow(page)), ...(await accessibility(page))];
}

for (const view of VIEWS)
	for (const role of ROLES) {
		const size = `${view.viewport.width}×${view.viewport.height}`;
		test(`pages of ${role ?? 'a visitor'} in ${view.locale} at ${size}, ${view.colorScheme}`, async ({
			as,
			stage
		}) => {
			test.setTimeout(240_000);
			const page = await as(role, { viewport: view.viewport, colorScheme: view.colorScheme });
			await page.addInitScript((l) => localStorage.setItem('hanzhi:locale', l), view.locale);
			const wrongs = listen(page);
			const found: string[] = [];
			for (const place of places(stage).filter((one) => one.as === role))
				await test.step(place.name, async () => {
					const here = await look(page, place, view.locale);
					found.push(...[...here, ...wrongs.splice(0)].map((wrong) => `${place.name}: ${wrong}`));
				});
			expect(found).toEqual([]);
		});
	}
