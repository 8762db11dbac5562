import { api, call, take, type Schema } from '#lib/api/client.ts';

/** The words of one trade. The platform's own banks have no institution. */
export type Bank = Schema<'Bank'>;
/** A bank with a page of its terms, in the order of pinyin. */
export type BankDetail = Schema<'BankDetail'>;
/** A word or phrase of a bank. */
export type Term = Schema<'Term'>;
/** What an author writes of a term. */
export type TermFields = Required<Omit<Schema<'TermInput'>, 'pictureId' | 'audioId'>> &
	Pick<Schema<'TermInput'>, 'pictureId' | 'audioId'>;
/** What a table of terms would change, or has changed. */
export type BankChanges = Schema<'BankChanges'>;

/** All banks; those the viewer may edit say so. */
export async function banks(): Promise<Bank[]> {
	return (await take(api.GET('/api/term-banks'))).items;
}

/** What of a bank is wanted: a text in it, and one part. */
export interface TermQuery {
	query?: string;
	/** Only terms of safety. */
	safety?: boolean;
	/** Only terms without a gloss in this language. */
	unglossed?: string;
	/** Only terms without audio. */
	silent?: boolean;
}

/** A bank with `limit` of its terms from the place `skip` on. */
export function bank(
	id: string,
	query: TermQuery,
	skip: number,
	limit: number
): Promise<BankDetail> {
	return take(
		api.GET('/api/term-banks/{id}', { params: { path: { id }, query: { ...query, skip, limit } } })
	);
}

/** Those of some terms that are still in the bank. */
export async function termsOf(bankId: string, ids: readonly string[]): Promise<Term[]> {
	const found: Term[] = [];
	for (let i = 0; i < ids.length; i += 50) {
		const terms = ids.slice(i, i + 50);
		const query = { terms: terms as string[], limit: 50 };
		found.push(
			...(await take(api.GET('/api/term-banks/{id}', { params: { path: { id: bankId }, query } })))
				.items
		);
	}
	return found;
}

/** Makes a bank of an institution under an id made here, or changes its name and trade. */
export function saveBank(id: string, body: Schema<'NewBank'>): Promise<Bank> {
	return take(api.PUT('/api/term-banks/{id}', { params: { path: { id } }, body }));
}

const one = (id: string, term: string) => ({ params: { path: { id, term } } });

/** Makes a term (version 0) or changes it; refused as stale when somebody else did meanwhile. */
export function saveTerm(bankId: string, id: string, body: TermFields): Promise<Term> {
	return call('PUT', `/api/term-banks/${bankId}/terms/${id}`, { body });
}

export async function deleteTerm(bankId: string, id: string): Promise<void> {
	await api.DELETE('/api/term-banks/{id}/terms/{term}', one(bankId, id));
}

/** Brings a deleted term back. */
export function restoreTerm(bankId: string, id: string): Promise<Term> {
	return take(api.POST('/api/term-banks/{id}/terms/{term}/restore', one(bankId, id)));
}

function change(id: string, body: Schema<'BankChange'>): Promise<BankChanges> {
	return take(api.POST('/api/term-banks/{id}/changes', { params: { path: { id } }, body }));
}

/** Tells what a table of terms would change; with `apply` it does. */
export function changeTerms(
	bankId: string,
	table: { csv?: string; tbx?: string; apply: boolean; removeMissing: boolean; version?: number }
): Promise<BankChanges> {
	return change(bankId, table);
}

/** Takes the last table back, as long as nothing has changed since. */
export function undoTable(bankId: string): Promise<BankChanges> {
	return change(bankId, { apply: true, undo: true });
}

/** Address of the bank as a file for the tools of translators. */
export const tbxOf = (bankId: string) => `/api/term-banks/${bankId}/terms.tbx`;

/** The same for spreadsheets. */
export const csvOf = (bankId: string) => `/api/term-banks/${bankId}/terms.csv`;
