import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Term, TermFields } from '#lib/services/terms.ts';
import { TermsEditor, type TermTransport } from './editor.svelte.ts';
import { blank, bodyOf, differences, withValue } from './fields.ts';
import { asTable, decode } from './table-file.ts';

const term = (id: string, hanzi: string, pinyin: string, en: string): Term => ({
	id,
	hanzi,
	pinyin,
	partOfSpeech: 'noun',
	level: 0,
	safety: false,
	gloss: { en },
	definition: {},
	version: 1
});

/** A server that keeps terms as ours does: versions, deletions that can be taken back. */
class Server implements TermTransport {
	terms = new Map<string, Term>();
	deleted = new Map<string, Term>();
	requests: string[] = [];
	down = false;

	constructor(...terms: Term[]) {
		for (const one of terms) this.terms.set(one.id, one);
	}
	async read(ids: readonly string[]) {
		return ids.flatMap((id) => this.terms.get(id) ?? []);
	}
	async save(id: string, body: TermFields) {
		this.requests.push(`save ${body.hanzi}`);
		if (this.down) throw new TypeError('no line');
		const known = this.terms.get(id);
		if ((known?.version ?? 0) !== body.version) throw { status: 409, code: 'stale_version' };
		if (body.hanzi === '坏') throw { status: 422, code: 'forbidden_character', field: 'hanzi' };
		const saved: Term = { ...body, id, level: 3, version: body.version + 1 };
		this.terms.set(id, saved);
		return saved;
	}
	async remove(id: string) {
		this.requests.push(`remove ${id}`);
		this.deleted.set(id, this.terms.get(id)!);
		this.terms.delete(id);
	}
	async restore(id: string) {
		this.requests.push(`restore ${id}`);
		this.terms.set(id, this.deleted.get(id)!);
		return this.terms.get(id)!;
	}
}

const speed = term('a', '转速', 'zhuàn sù', 'spindle speed');
const stop = term('b', '急停', 'jí tíng', 'emergency stop');
let server: Server;
let editor: TermsEditor;
/** The row of a term as the author sees it. */
const row = (id: string) => editor.of(id === 'a' ? speed : id === 'b' ? stop : blank(id));
const settle = () => vi.advanceTimersByTimeAsync(5_000);

beforeEach(async () => {
	vi.useFakeTimers();
	server = new Server(speed, stop);
	editor = await TermsEditor.open('bank', 'me', server);
});
afterEach(async () => {
	await editor.close();
	vi.useRealTimers();
});

describe('an edited term', () => {
	it('is seen at once and saved by itself', async () => {
		editor.edit(row('a'), 'gloss.ru', 'частота вращения');
		expect(row('a').gloss.ru).toBe('частота вращения');
		expect(editor.state).toBe('saving');
		await settle();
		expect([editor.state, server.terms.get('a')!.gloss.ru]).toEqual(['saved', 'частота вращения']);
	});

	it('travels once for all that was typed in a row', async () => {
		for (const text of ['s', 'sp', 'speed']) editor.edit(row('a'), 'gloss.en', text);
		await settle();
		expect(server.requests).toEqual(['save 转速']);
	});

	it('can be taken back and done again', async () => {
		editor.edit(row('a'), 'safety', true);
		await settle();
		editor.undo();
		await settle();
		expect(server.terms.get('a')!.safety).toBe(false);
		editor.redo();
		await settle();
		expect(server.terms.get('a')!.safety).toBe(true);
	});

	it('waits while the line is down and goes when it is back', async () => {
		server.down = true;
		editor.edit(row('a'), 'pinyin', 'zhuǎn sù');
		await vi.advanceTimersByTimeAsync(1_000);
		expect(editor.state).toBe('retrying');
		server.down = false;
		editor.retry();
		await settle();
		expect(editor.state).toBe('saved');
	});

	it('that the server refuses is marked, and others still go', async () => {
		editor.edit(row('a'), 'hanzi', '坏');
		editor.edit(row('b'), 'gloss.en', 'e-stop');
		await settle();
		expect(editor.refused.a).toEqual({ field: 'hanzi', code: 'forbidden_character' });
		expect([editor.state, server.terms.get('b')!.gloss.en]).toEqual(['invalid', 'e-stop']);
		editor.edit(row('a'), 'hanzi', '转速');
		await settle();
		expect(editor.state).toBe('saved');
	});
});

describe("somebody else's change", () => {
	it('of another field is merged', async () => {
		server.terms.set('a', { ...speed, gloss: { en: 'rotational speed' }, version: 2 });
		editor.edit(row('a'), 'safety', true);
		await settle();
		expect(server.terms.get('a')).toMatchObject({
			gloss: { en: 'rotational speed' },
			safety: true,
			version: 3
		});
	});

	it('of the same field waits for a decision', async () => {
		server.terms.set('a', { ...speed, gloss: { en: 'theirs' }, version: 2 });
		editor.edit(row('a'), 'gloss.en', 'mine');
		await settle();
		expect([editor.state, editor.conflicts.a?.gloss.en]).toEqual(['conflict', 'theirs']);
		editor.settle('a', 'mine');
		await settle();
		expect([editor.state, server.terms.get('a')!.gloss.en]).toEqual(['saved', 'mine']);
	});

	it('can be taken instead', async () => {
		server.terms.set('a', { ...speed, gloss: { en: 'theirs' }, version: 2 });
		editor.edit(row('a'), 'gloss.en', 'mine');
		await settle();
		editor.settle('a', 'theirs');
		await settle();
		expect([editor.state, row('a').gloss.en]).toEqual(['saved', 'theirs']);
	});
});

describe('a new term', () => {
	it('is sent once it says what it is and how it is read', async () => {
		const id = editor.add();
		editor.edit(row(id), 'hanzi', '卡盘');
		await settle();
		expect(server.requests).toEqual([]);
		editor.edit(row(id), 'pinyin', 'qiǎ pán');
		await settle();
		expect(server.terms.get(id)).toMatchObject({ hanzi: '卡盘', version: 1 });
		expect(row(id)).toMatchObject({ level: 3 });
	});
});

describe('a deleted term', () => {
	it('comes back by undo, before and after the server knew', async () => {
		editor.remove(speed);
		expect(editor.gone.has('a')).toBe(true);
		editor.undo();
		expect(editor.gone.has('a')).toBe(false);
		editor.remove(speed);
		await settle();
		expect([server.terms.has('a'), editor.gone.has('a')]).toEqual([false, true]);
		editor.undo();
		await settle();
		expect([server.terms.has('a'), editor.gone.has('a'), editor.state]).toEqual([
			true,
			false,
			'saved'
		]);
	});

	it('comes back from its row too', async () => {
		editor.remove(stop);
		await settle();
		editor.bringBack('b');
		await settle();
		expect([server.terms.has('b'), editor.gone.size]).toEqual([true, 0]);
	});

	it('that was never sent leaves nothing, and undo brings it back', async () => {
		const id = editor.add();
		editor.remove(row(id));
		expect(editor.above).toEqual([]);
		editor.undo();
		expect(editor.above).toEqual([id]);
	});
});

describe('the table read anew', () => {
	it('shows what is newer there, and what is not sent yet', async () => {
		editor.edit(speed, 'gloss.en', 'mine');
		await settle();
		expect(editor.of({ ...speed, gloss: { en: 'theirs' }, version: 3 }).gloss.en).toBe('theirs');
		expect(editor.of(speed).gloss.en).toBe('mine');
		server.down = true;
		editor.edit(speed, 'gloss.en', 'later');
		expect(editor.of({ ...speed, gloss: { en: 'theirs' }, version: 9 }).gloss.en).toBe('later');
	});

	it('takes what was added and saved into its place', async () => {
		const id = editor.add();
		editor.edit(row(id), 'hanzi', '卡盘');
		editor.tidy();
		expect(editor.above).toEqual([id]);
		editor.edit(row(id), 'pinyin', 'qiǎ pán');
		await settle();
		editor.tidy();
		expect(editor.above).toEqual([]);
	});
});

describe('a picture and a sound', () => {
	it('are given to the term and taken from it', async () => {
		editor.edit(speed, 'audioId', 'sound');
		await settle();
		expect(server.terms.get('a')).toMatchObject({ audioId: 'sound' });
		editor.edit(row('a'), 'audioId', '');
		await settle();
		expect(server.terms.get('a')!.audioId).toBeUndefined();
	});
});

describe('values of a term', () => {
	it('are compared by language and sent without empty texts', () => {
		const other = withValue(withValue(speed, 'gloss.fr', 'vitesse'), 'definition.en', ' ');
		expect(differences(speed, other)).toEqual(['gloss.fr', 'definition.en']);
		expect(bodyOf(other, 4)).toMatchObject({
			gloss: { en: 'spindle speed', fr: 'vitesse' },
			definition: {},
			version: 4
		});
	});
});

describe('a table file', () => {
	const bytes = (...list: number[]) => new Uint8Array(list).buffer;
	it('is read as UTF-8 with or without mark, UTF-16, or GBK', () => {
		const utf8 = new TextEncoder().encode('\ufeff转速').buffer as ArrayBuffer;
		expect([
			decode(utf8),
			decode(bytes(0xff, 0xfe, 0x6c, 0x8f, 0x1f, 0x90)),
			decode(bytes(0xfe, 0xff, 0x8f, 0x6c, 0x90, 0x1f)),
			decode(bytes(0xd7, 0xaa, 0xcb, 0xd9))
		]).toEqual(['转速', '转速', '转速', '转速']);
	});

	it('in no encoding that is known is refused', () => {
		expect(decode(bytes(0x68, 0xff, 0xff, 0x0a))).toBeUndefined();
		expect(decode(bytes(0xff, 0xfe, 0x00, 0xd8))).toBeUndefined();
	});

	it('is a termbase when it is XML', () => {
		expect([asTable(' <?xml?>'), asTable('hanzi,pinyin')]).toEqual([
			{ tbx: ' <?xml?>' },
			{ csv: 'hanzi,pinyin' }
		]);
	});
});
