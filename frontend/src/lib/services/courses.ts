import { api, take, type Schema } from '#lib/api/client.ts';
import type { Text } from '#lib/i18n';

/** What a list of courses shows of each. */
export type CourseCard = Schema<'CourseCard'>;
/** A course with its outline, its sizes and, for someone signed in, their place in it. */
export type CourseDetail = Schema<'CourseDetail'>;
export type UnitOutline = Schema<'UnitOutline'>;
export type LessonOutline = Schema<'LessonOutline'>;
/** One dated cohort of a MOOC. Times are UTC; `timeZone` is the class's own. */
export type Run = Schema<'Run'>;
export type Catalogue = Schema<'Catalogue'>;
export type Facet = Schema<'Facet'>;
export type Format = CourseCard['format'];

/** The names of the filters in addresses. */
export const FILTERS = [
	'query',
	'trade',
	'level',
	'language',
	'format',
	'institution',
	'maxHours'
] as const;

/** What narrows the catalogue, as it stands in the page's address. */
export type CatalogueFilter = { [name in (typeof FILTERS)[number]]?: string };

/** Reads the filter out of a page's address. */
export function filterOf(params: Pick<URLSearchParams, 'get'>): CatalogueFilter {
	return Object.fromEntries(FILTERS.map((name) => [name, params.get(name) ?? undefined]));
}

/** Writes the filter as the query of an address; empty when nothing is filtered. */
export function queryOf(filter: CatalogueFilter): string {
	const params = new URLSearchParams();
	for (const name of FILTERS) if (filter[name]) params.set(name, filter[name]);
	const query = params.toString();
	return query && `?${query}`;
}

const isFormat = (value?: string): value is Format => value === 'mooc' || value === 'micro';

// Addresses come from anywhere: what is no filter of the API is left out instead of refused.
function understood({ format, maxHours, ...rest }: CatalogueFilter) {
	const hours = Number(maxHours);
	const texts = Object.fromEntries(
		Object.entries(rest).filter(([, value]) => value)
	) as typeof rest;
	return {
		...texts,
		format: isFormat(format) ? format : undefined,
		maxHours: hours > 0 ? Math.round(hours) : undefined
	};
}

/** One page of the catalogue; `page` is the cursor of the page before. */
export function catalogue(
	filter: CatalogueFilter,
	paging: { page?: string; limit?: number } = {}
): Promise<Catalogue> {
	const query = { ...understood(filter), ...paging };
	return take(api.GET('/api/courses', { params: { query } }));
}

/** One course with its outline; not found when it is not published and not the viewer's to see. */
export function course(slug: string): Promise<CourseDetail> {
	return take(api.GET('/api/courses/{slug}', { params: { path: { slug } } }));
}

let tradesOnce: Promise<Map<string, Text>> | undefined;

/** Names of the trades by code; fetched once. */
export function trades(): Promise<Map<string, Text>> {
	tradesOnce ??= take(api.GET('/api/trades'))
		.then(({ items }) => new Map(items.map((trade) => [trade.code, trade.title])))
		.catch((error: unknown) => {
			tradesOnce = undefined;
			throw error;
		});
	return tradesOnce;
}
