import { describe, expect, it, vi } from 'vitest';
import { catalogue, filterOf, queryOf } from './courses.ts';

describe('the filter of the catalogue', () => {
	it('survives the way through an address', () => {
		const filter = { query: '急停', format: 'micro', maxHours: '5' };
		expect(filterOf(new URLSearchParams(queryOf(filter)))).toMatchObject(filter);
	});

	it('leaves no trace of what is not filtered', () => {
		expect(queryOf({ query: '', trade: undefined })).toBe('');
	});

	it('drops what no API would understand instead of failing on it', async () => {
		const asked: string[] = [];
		vi.stubGlobal('fetch', async (request: Request) => {
			asked.push(new URL(request.url).search);
			return Response.json({ items: [], total: 0, facets: {} });
		});
		await catalogue({ format: 'novel', maxHours: 'many', query: 'x' });
		expect(asked).toEqual(['?query=x']);
	});
});
