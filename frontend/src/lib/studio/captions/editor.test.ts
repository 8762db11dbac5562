import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CaptionTrack, Cue } from '../types';
import { CaptionEditor, type CaptionTransport } from './editor.svelte';

const problem = (status: number, code: string, field = '') =>
	Object.assign(new Error(code), { status, code, field });

class Server implements CaptionTransport {
	saves = 0;
	fail: Error | undefined;
	constructor(public tracks: Record<string, CaptionTrack>) {}
	async read(lang: string) {
		return structuredClone(this.tracks[lang]!);
	}
	async save(lang: string, track: { label: string; version: number; cues?: Cue[]; vtt?: string }) {
		this.saves++;
		if (this.fail) throw this.fail;
		const held = this.tracks[lang]?.version ?? 0;
		if (held !== track.version) throw problem(409, 'stale_version');
		this.tracks[lang] = {
			lang,
			label: track.label,
			version: held + 1,
			cues: structuredClone(track.cues ?? [])
		};
		return structuredClone(this.tracks[lang]!);
	}
	async remove(lang: string) {
		delete this.tracks[lang];
	}
}

const cue = (id: string, startMs: number, endMs: number, text: string): Cue => ({
	id,
	startMs,
	endMs,
	text
});
const chinese = () => ({
	'zh-CN': {
		lang: 'zh-CN',
		label: '中文',
		version: 1,
		cues: [cue('1', 0, 1000, '你好。'), cue('2', 1000, 3000, '请戴安全帽。')]
	}
});

async function open(server: Server) {
	return CaptionEditor.open('asset', 'me', Object.keys(server.tracks), server);
}
const said = (server: Server, lang: string) => server.tracks[lang]?.cues.map((c) => c.text);
const wait = (ms = 2000) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
	vi.useFakeTimers();
});
afterEach(() => {
	vi.useRealTimers();
});

describe('captions', () => {
	it('save themselves a moment after the last key', async () => {
		const server = new Server(chinese());
		const editor = await open(server);
		editor.write('1', 'zh-CN', '您');
		editor.write('1', 'zh-CN', '您好。');
		await wait();
		expect(said(server, 'zh-CN')).toEqual(['您好。', '请戴安全帽。']);
		expect([server.saves, editor.state]).toEqual([1, 'saved']);
	});

	it('begin a language beside the others with the times of their lines', async () => {
		const server = new Server(chinese());
		const editor = await open(server);
		editor.begin('en');
		editor.write('2', 'en', 'Put on a helmet.');
		await wait();
		expect(server.tracks.en?.cues).toEqual([cue('2', 1000, 3000, 'Put on a helmet.')]);
	});

	it('take back what was done, also after it was saved', async () => {
		const server = new Server(chinese());
		const editor = await open(server);
		editor.remove('1');
		await wait();
		expect(said(server, 'zh-CN')).toEqual(['请戴安全帽。']);
		editor.undo();
		await wait();
		expect(said(server, 'zh-CN')).toEqual(['你好。', '请戴安全帽。']);
	});

	it('wait for the line and arrive when it is back', async () => {
		const server = new Server(chinese());
		const editor = await open(server);
		server.fail = new TypeError('Failed to fetch');
		editor.write('1', 'zh-CN', '您好。');
		await wait();
		expect(editor.state).toBe('retrying');
		server.fail = undefined;
		await wait(10_000);
		expect([said(server, 'zh-CN')?.[0], editor.state]).toEqual(['您好。', 'saved']);
	});

	it('join the work of two people in different lines', async () => {
		const server = new Server(chinese());
		const [a, b] = [await open(server), await open(server)];
		a.write('1', 'zh-CN', '您好。');
		await wait();
		b.write('2', 'zh-CN', '请戴好安全帽。');
		await wait();
		expect(said(server, 'zh-CN')).toEqual(['您好。', '请戴好安全帽。']);
		expect(b.state).toBe('saved');
	});

	it('ask which text stands when two people changed one line, and send nothing before', async () => {
		const server = new Server(chinese());
		const [a, b] = [await open(server), await open(server)];
		a.write('1', 'zh-CN', '大家好。');
		await wait();
		b.write('1', 'zh-CN', '您好。');
		await wait();
		expect([b.state, b.conflicts.length, said(server, 'zh-CN')?.[0]]).toEqual([
			'conflict',
			1,
			'大家好。'
		]);
		b.settle(b.conflicts[0]!, 'mine');
		await wait();
		expect([said(server, 'zh-CN')?.[0], b.state]).toEqual(['您好。', 'saved']);
	});

	it('mark the line the server refuses and save again once it is mended', async () => {
		const server = new Server(chinese());
		const editor = await open(server);
		server.fail = problem(422, 'after_end', 'cues[1].startMs');
		editor.write('2', 'zh-CN', '晚了。');
		await wait();
		expect([editor.state, editor.refused]).toEqual(['invalid', { '2': 'after_end' }]);
		server.fail = undefined;
		editor.write('2', 'zh-CN', '好了。');
		await wait();
		expect([said(server, 'zh-CN')?.[1], editor.state]).toEqual(['好了。', 'saved']);
	});
});
