import { flushSync, mount, unmount, type Component } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Lines } from '#lib/player/lines.svelte.ts';
import { choose } from '#lib/player/choices.svelte.ts';
import Transcript from '#lib/player/Transcript.svelte';
import CaptionLines from '#lib/player/CaptionLines.svelte';
import type { Word } from '#lib/services/dictionary.ts';
import type { Token } from '#lib/services/reviews.ts';
import { enhance } from './enhance.ts';
import { LessonLanguage } from './lesson-language.svelte.ts';
import { WORDS } from './practice/fake.ts';
import Tokens from './Tokens.svelte';

// jsdom has no screen, and the design system asks for one when it is loaded.
vi.hoisted(() => {
	window.matchMedia ??= () =>
		({ addEventListener: () => {}, removeEventListener: () => {} }) as never;
});

const TOKENS: Token[] = [
	{ text: '急停按钮', pinyin: 'jí tíng àn niǔ' },
	{ text: '转速', pinyin: 'zhuàn sù' },
	{ text: '800', kind: 'number' },
	{ text: '。', kind: 'punctuation' }
];
const LINE = '急停按钮转速800。';

const all = <E extends HTMLElement>(selector: string) => [
	...document.querySelectorAll<E>(selector)
];
let shown: Record<string, unknown>[] = [];

function show(component: unknown, props: Record<string, unknown>): void {
	shown.push(
		mount(component as Component<Record<string, unknown>>, { target: document.body, props })
	);
	flushSync();
}

async function language(...changes: Partial<Word>[]): Promise<LessonLanguage> {
	const words = WORDS.map((word, i) => ({ ...word, ...changes[i] }));
	const lesson = new LessonLanguage('lesson', {
		ask: async () => ({
			list: { id: 'hsk2', name: 'HSK 2.0', levels: ['1', '2', '3', '4', '5', '6'] },
			level: 0,
			lines: [{ text: LINE, tokens: TOKENS }],
			words: Object.fromEntries(words.map((word) => [word.hanzi, word])),
			readiness: {
				coverage: 0,
				expected: 0,
				band: 'support',
				tokens: 3,
				words: 2,
				learn: [],
				coverageAfter: 0
			}
		})
	});
	await lesson.load();
	return lesson;
}

beforeEach(() =>
	choose({ hanzi: true, pinyin: true, glosses: true, fading: true, ear: false, sandhi: false })
);
afterEach(async () => {
	await Promise.all(shown.map((component) => unmount(component)));
	shown = [];
	document.body.replaceChildren();
});

describe('a line of words', () => {
	it('shows for each word what its memory asks for; marks and numbers are no buttons', async () => {
		show(Tokens, { tokens: TOKENS, language: await language({ known: true }) });
		expect(all('button .hanzi').map((hanzi) => hanzi.textContent)).toEqual(['急停按钮', '转速']);
		expect(all('.gloss').map((gloss) => [gloss.textContent, gloss.lang])).toEqual([
			['emergency stop button', 'en']
		]);
		// The reading of a known word keeps its room and is not seen.
		expect(all('.pinyin').map((one) => one.classList.contains('gone'))).toEqual([
			false,
			true,
			true,
			true
		]);
	});

	it('marks what is about safety in words too', async () => {
		show(Tokens, { tokens: TOKENS, language: await language() });
		expect(all('.safety [role="img"]')).toHaveLength(1);
	});

	it('opens the card of a word as it is read there', async () => {
		const lesson = await language();
		show(Tokens, { tokens: TOKENS, language: lesson, at: 12 });
		all('button')[1].click();
		expect(lesson.opened).toMatchObject({
			...{ hanzi: '转速', pinyin: 'zhuàn sù', at: 12 },
			place: {
				word: '转速',
				before: TOKENS[0].text,
				after: TOKENS.slice(2)
					.map(({ text }) => text)
					.join('')
			}
		});
	});

	it('has no buttons inside of a link', async () => {
		show(Tokens, { tokens: TOKENS, language: await language(), still: true });
		expect(all('button')).toHaveLength(0);
	});
});

describe('a reading', () => {
	function article(html: string): HTMLElement {
		document.body.innerHTML = `<article>${html}</article>`;
		return all('article')[0];
	}

	it('has its Chinese as words, and is put back as it was', async () => {
		const html = `<p>Press <b> ${LINE} </b> now.</p><ul><li>${LINE}</li><li>别的</li></ul>`;
		const root = article(html);
		const undo = enhance(root, await language());
		flushSync();
		expect(all('.tokens')).toHaveLength(2);
		expect(all('b')[0].textContent?.startsWith(' ')).toBe(true);
		expect(all('li')[1].innerHTML).toBe('别的');
		undo();
		expect(root.innerHTML).toBe(html);
	});

	it('leaves code alone and puts no button into a link', async () => {
		const root = article(`<pre>${LINE}</pre><a href="/x">${LINE}</a>`);
		enhance(root, await language());
		flushSync();
		expect(all('pre')[0].innerHTML).toBe(LINE);
		expect([all('a .tokens').length, all('a button').length]).toEqual([1, 0]);
	});

	it('never reads text as markup', async () => {
		const root = article('<p>&lt;img src=x onerror=alert(1)&gt;停</p>');
		const lesson = await language();
		const text = root.textContent ?? '';
		lesson.text = {
			...lesson.text!,
			lines: [{ text, tokens: [{ text, kind: 'latin' }] }]
		};
		enhance(root, lesson);
		flushSync();
		expect(all('.tokens')).toHaveLength(1);
		expect(all('img')).toHaveLength(0);
	});
});

describe('a transcript', () => {
	const CUES = [
		{ start: 1, end: 3, text: LINE },
		{ start: 9, end: 11, text: '机器停了。' }
	];
	const player = {
		time: 0,
		paused: true,
		started: true,
		play: async () => undefined,
		seek(seconds: number) {
			this.time = seconds;
		}
	};

	async function transcript() {
		show(Transcript, {
			tracks: [{ lang: 'zh-CN', cues: CUES }],
			time: 0,
			failed: false,
			stepper: new Lines(player, () => CUES),
			language: await language(),
			onseek: (seconds: number) => player.seek(seconds),
			onspeed: () => undefined,
			onretry: () => undefined
		});
	}

	it('goes to a line from its time and from beside its words', async () => {
		await transcript();
		all<HTMLButtonElement>('.seek')[1].click();
		expect(player.time).toBe(9);
		all('li p')[0].click();
		expect(player.time).toBe(1);
	});

	it('is searched by pinyin without tones', async () => {
		await transcript();
		const field = all<HTMLInputElement>('input')[0];
		field.value = 'zhuansu';
		field.dispatchEvent(new Event('input', { bubbles: true }));
		flushSync();
		expect(all('li')).toHaveLength(1);
		expect(all('.marked').map((word) => word.querySelector('.hanzi')?.textContent)).toEqual([
			'转速'
		]);
	});

	it('hides every line while one learns by ear, and shows the one that is asked for', async () => {
		choose({ ear: true });
		await transcript();
		expect(all('ol')[0].textContent).not.toMatch(/\p{Script=Han}/u);
		all<HTMLButtonElement>('.show')[1].click();
		flushSync();
		expect(all('li p').map((line) => line.textContent)).toEqual(['机器停了。']);
	});

	it('steps by a key, and not while somebody types', async () => {
		player.time = 0;
		await transcript();
		const press = (on: Element) =>
			on.dispatchEvent(new KeyboardEvent('keydown', { key: 'n', bubbles: true, cancelable: true }));
		press(all('input')[0]);
		expect(player.time).toBe(0);
		press(all('.seek')[0]);
		expect(player.time).toBe(1);
	});
});

describe('captions on the picture', () => {
	it('keep the characters one text and draw the pinyin beside it', async () => {
		const lesson = await language({ known: true });
		const tracks = [{ lang: 'zh-CN', cues: [{ start: 0, end: 5, text: LINE }] }];
		show(CaptionLines, { tracks, time: 1, size: 'medium', language: lesson });
		expect(all('.captions p')[0].textContent).toBe(LINE);
		expect(all('.word').map((word) => word.dataset.pinyin)).toEqual([
			'jítíng’ànniǔ',
			undefined,
			'',
			''
		]);
		choose({ pinyin: false });
		flushSync();
		expect(all('.word').every((word) => !word.dataset.pinyin)).toBe(true);
	});
});
