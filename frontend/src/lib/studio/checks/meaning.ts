import type { Finding } from '#lib/services/checks.ts';
import { banks, deleteTerm, saveBank, saveTerm } from '#lib/services/terms.ts';
import { newId } from '../core/id';
import { bodyOf } from '../terms/fields';
import type { Text } from '../types';

/** Whose bank a new one is, in each language of the interface; its institution may rename it. */
const OWN_BANK: Text = {
	en: 'Our own terms',
	'zh-CN': '本机构术语',
	ru: 'Наши термины',
	fr: 'Nos propres termes',
	ar: 'مصطلحاتنا'
};

/** The course's institution and trade: where a word of one's own belongs. */
export interface Home {
	institutionId: string;
	trade: string;
}

type About = NonNullable<Finding['term']>;

/** Takes a saved meaning back. */
export type Undo = () => Promise<unknown>;

/** Saves meanings of a term, in its bank if one may, else as a word of the institution's own. Rejects as the API does. */
export async function saveMeanings(term: About, typed: Text, home: Home): Promise<Undo> {
	const better = { ...term, gloss: { ...term.gloss, ...typed } };
	if (!term.editable) return copy(better, home);
	const saved = await saveTerm(term.bankId, term.id, bodyOf(better, term.version));
	return () => saveTerm(term.bankId, term.id, bodyOf(term, saved.version));
}

/** Pictures and sounds stay with the bank that owns them. */
async function copy(term: About, home: Home): Promise<Undo> {
	const bankId = await ownBank(home);
	const id = newId();
	const own = { ...term, pictureId: undefined, audioId: undefined };
	await saveTerm(bankId, id, bodyOf(own, 0));
	return () => deleteTerm(bankId, id);
}

async function ownBank({ institutionId, trade }: Home): Promise<string> {
	const known = (await banks()).find(
		(one) => one.institutionId === institutionId && one.trade === trade && one.editable
	);
	return known?.id ?? (await saveBank(newId(), { institutionId, trade, name: OWN_BANK })).id;
}
