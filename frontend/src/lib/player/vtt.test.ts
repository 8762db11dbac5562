import { describe, expect, it } from 'vitest';
import { currentCue, cuesAt, marks, parseVtt, rows } from './vtt.ts';

const FILE = `\ufeffWEBVTT - a title
Kind: captions

NOTE
00:00.000 --> 00:09.000 not a cue

STYLE
::cue { color: red }

1
00:01.000 --> 00:03.500 line:0 position:20%
<v 老师>按下<c.red>红色</c>按钮 &amp; 等待&nbsp;3 秒
&lt;script&gt;alert(1)&lt;/script&gt;

00:00:03.500 --> 00:00:05.000
<script>alert(2)</script>Press
it

00:07.000 --> 00:06.000
backwards

00:0x.000 --> 00:08.000
broken

01:00:00.000 --> 01:00:02.000
an hour later
`;

describe('WebVTT', () => {
	const cues = parseVtt(FILE.replace(/\n/g, '\r\n'));

	it('reads cues and passes over everything else', () => {
		expect(cues.map((c) => [c.start, c.end])).toEqual([
			[1, 3.5],
			[3.5, 5],
			[3600, 3602]
		]);
	});

	it('gives plain text: tags go, entities become characters, nothing is markup', () => {
		expect(cues[0].text).toBe('按下红色按钮 & 等待\u00a03 秒\n<script>alert(1)</script>');
		expect(cues[1].text).toBe('alert(2)Press\nit');
	});

	it('finds what is shown at a second', () => {
		expect(cuesAt(cues, 3.4)).toEqual([cues[0]]);
		expect(cuesAt(cues, 3.5)).toEqual([cues[1]]);
		expect(cuesAt(cues, 6)).toEqual([]);
		expect([0, 1, 4, 100, 3601].map((t) => currentCue(cues, t))).toEqual([-1, 0, 1, 1, 2]);
	});

	it('reads nothing out of nothing', () => {
		expect(parseVtt('')).toEqual([]);
		expect(currentCue([], 5)).toBe(-1);
	});
});

describe('transcript', () => {
	const zh = [
		{ start: 0, end: 4, text: '一' },
		{ start: 4, end: 8, text: '二' }
	];

	it('lays languages side by side by the middle of their cues', () => {
		const en = [
			{ start: 0.2, end: 3, text: 'one' },
			{ start: 3.8, end: 6, text: 'two' },
			{ start: 6, end: 8, text: 'and more' }
		];
		expect(
			rows([
				{ lang: 'zh', cues: zh },
				{ lang: 'en', cues: en }
			]).map((r) => r.texts)
		).toEqual([
			[
				{ lang: 'zh', text: '一' },
				{ lang: 'en', text: 'one' }
			],
			[
				{ lang: 'zh', text: '二' },
				{ lang: 'en', text: 'two\nand more' }
			]
		]);
	});

	it('is empty while the first track is not there', () => {
		expect(rows([])).toEqual([]);
		expect(
			rows([
				{ lang: 'zh', cues: [] },
				{ lang: 'en', cues: zh }
			])
		).toEqual([]);
	});

	it('marks every place of a search', () => {
		expect(marks('Stop the stop', 'STOP')).toEqual([
			{ text: 'Stop', hit: true },
			{ text: ' the ', hit: false },
			{ text: 'stop', hit: true }
		]);
		expect(marks('紧急停止按钮', '停止').filter((p) => p.hit)).toEqual([
			{ text: '停止', hit: true }
		]);
		expect(marks('abc', '')).toEqual([{ text: 'abc', hit: false }]);
	});
});
