import axe from 'axe-core';
import { baseUrl } from './fixtures/api.ts';
import { places, type Place } from './fixtures/places.ts';
import type { Role } from './fixtures/stage.ts';
import { DESK, expect, PHONE, test, type Page } from './fixtures/test.ts';

/** A size and theme in which a page is looked at. */
interface View {
	viewport: typeof DESK;
	colorScheme: 'light' | 'dark';
}

// Both themes are seen in both directions and at both sizes. A page is loaded in the first view of a language and
// brought to the second as a reader does it, by turning the device and by dusk. That is enough: these pages tell sizes
// apart by style sheets and by observers, which know nothing of loading, and the theme follows a media query. Between
// the languages every page is loaded at both sizes, and in the dark; the other journeys load theirs in the light.
const VIEWS: Record<'en' | 'ar', [View, View]> = {
	en: [
		{ viewport: DESK, colorScheme: 'dark' },
		{ viewport: PHONE, colorScheme: 'light' }
	],
	ar: [
		{ viewport: PHONE, colorScheme: 'dark' },
		{ viewport: DESK, colorScheme: 'light' }
	]
};
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

/**
 * The whole page at once, since axe takes what lies under a bar at the edge of the screen for covered. Runs in the
 * page, which has axe already: AxeBuilder would bring it anew for every look, and open a second page to sum up frames,
 * of which the app has none. Nothing is preloaded: of the rules of the standard only the one on sound that plays by
 * itself wants it, and what plays is loaded.
 */
async function accessibility(page: Page, { viewport }: View): Promise<string[]> {
	const height = await page.evaluate(() => document.documentElement.scrollHeight);
	await page.setViewportSize({ ...viewport, height: Math.max(height, viewport.height) });
	return page.evaluate(async (values) => {
		const { violations } = await (window as unknown as { axe: typeof axe }).axe.run(document, {
			runOnly: { type: 'tag', values },
			resultTypes: ['violations'],
			preload: false
		});
		return violations.flatMap(({ id, nodes }) =>
			nodes.map(
				({ target, any, all }) => `${id}: ${target.join(' ')} ${[...any, ...all][0]?.message}`
			)
		);
	}, STANDARD);
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

/** Turns the device, and the light in the room. */
async function turn(page: Page, { viewport, colorScheme }: View): Promise<void> {
	await page.setViewportSize(viewport);
	await page.emulateMedia({ colorScheme });
}

/** Brings the page to a view; colours that fade from one theme to the other have arrived. */
async function show(page: Page, view: View): Promise<void> {
	await turn(page, view);
	await expect(page.locator('html')).toHaveAttribute('data-theme', view.colorScheme);
	await page.evaluate(() => {
		for (const each of document.getAnimations())
			if (each.effect?.getComputedTiming().endTime !== Infinity) each.finish();
	});
}

async function look(page: Page, place: Place, locale: 'en' | 'ar'): Promise<string[]> {
	await turn(page, VIEWS[locale][0]);
	await page.goto(place.path);
	await expect(page.locator(place.shows).first(), `${place.name} is whole`).toBeVisible();
	await expect(page.locator('html')).toHaveAttribute('dir', locale === 'ar' ? 'rtl' : 'ltr');
	await page.evaluate(axe.source);
	const found: string[] = [];
	for (const view of VIEWS[locale]) {
		await show(page, view);
		const here = [...(await overflow(page)), ...(await accessibility(page, view))];
		const size = `${view.viewport.width}×${view.viewport.height}, ${view.colorScheme}`;
		found.push(...here.map((wrong) => `${size}: ${wrong}`));
	}
	return found;
}

for (const locale of ['en', 'ar'] as const)
	for (const role of ROLES)
		test(`pages of ${role ?? 'a visitor'} in ${locale}, small and large, light and dark`, async ({
			as,
			stage
		}) => {
			test.setTimeout(240_000);
			const page = await as(role);
			await page.addInitScript((l) => localStorage.setItem('hanzhi:locale', l), locale);
			const wrongs = listen(page);
			const found: string[] = [];
			for (const place of places(stage).filter((one) => one.as === role))
				await test.step(place.name, async () => {
					const here = await look(page, place, locale);
					found.push(...[...here, ...wrongs.splice(0)].map((wrong) => `${place.name}: ${wrong}`));
				});
			expect(found).toEqual([]);
		});
