import { textOf } from '#lib/i18n';
import { institutions } from '#lib/services/institutions.ts';
import { session } from '#lib/services/session.svelte.ts';
import type { Bank } from '#lib/services/terms.ts';

/** A media library that pictures and sounds of a bank can be kept in. */
export interface Library {
	value: string;
	label: string;
}

let all: Promise<Library[]> | undefined;

/** The libraries for a bank: its institution's, or for the platform's own banks those the viewer may author for. */
export async function librariesOf(bank: Bank): Promise<Library[]> {
	if (bank.institutionId) return [{ value: bank.institutionId, label: '' }];
	const own = session()
		.memberships.filter((one) => one.roles.some((r) => r === 'author' || r === 'coordinator'))
		.map((one) => ({ value: one.institutionId, label: textOf(one.institutionName) }));
	if (own.length || !session().account?.admin) return own;
	// The admin authors everywhere.
	all ??= institutions({}).then(({ items }) =>
		items.map(({ id, name }) => ({ value: id, label: textOf(name) }))
	);
	return all.catch((error) => {
		all = undefined;
		throw error;
	});
}
