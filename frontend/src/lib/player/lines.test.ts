import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { shownLanguages, toggled } from './captions.svelte.ts';
import { sound } from './choices.svelte.ts';
import { actionOf } from './keys.ts';
import { Lines } from './lines.svelte.ts';

const CUES = [
	{ start: 1, end: 3 },
	{ start: 4, end: 6 },
	{ start: 8, end: 10 }
];

function video(time: number) {
	return {
		time,
		paused: false,
		started: true,
		play: vi.fn(),
		seek(seconds: number) {
			this.time = seconds;
		}
	};
}

function at(time: number, cues = CUES) {
	const player = video(time);
	return { player, lines: new Lines(player, () => cues) };
}

describe('line by line', () => {
	it('goes to the next line and stays in the last', () => {
		const places = [0, 2, 7, 9].map((time) => {
			const { player, lines } = at(time);
			lines.step(1);
			return player.time;
		});
		expect(places).toEqual([1, 4, 8, 9]);
	});

	it('goes back to the beginning of a line first, then to the one before', () => {
		const { player, lines } = at(9.8);
		const places = [0, 0, 0, 0].map(() => {
			lines.step(-1);
			return player.time;
		});
		expect(places).toEqual([8, 4, 1, 1]);
	});

	it('begins to play when nothing was played yet', () => {
		const { player, lines } = at(0);
		player.started = false;
		lines.step(1);
		expect(player.play).toHaveBeenCalled();
	});

	it('does nothing without lines', () => {
		const { player, lines } = at(5, []);
		lines.step(1);
		lines.loop();
		lines.reveal();
		expect([player.time, lines.looped, lines.revealed.size]).toEqual([5, undefined, 0]);
	});
});

describe('a repeated line', () => {
	beforeEach(() => void vi.useFakeTimers());
	afterEach(() => void vi.useRealTimers());

	it('begins again at its end, whatever the speed', () => {
		const { player, lines } = at(5);
		lines.loop();
		lines.follow(0.5);
		vi.advanceTimersByTime(1_999);
		expect(player.time).toBe(5);
		vi.advanceTimersByTime(1);
		expect(player.time).toBe(4);
	});

	it('is the one that was spoken last when there is a pause', () => {
		const { player, lines } = at(7);
		lines.loop();
		expect([lines.looped, player.time]).toEqual([CUES[1], 4]);
		lines.loop();
		expect(lines.looped).toBeUndefined();
	});

	it('moves along with a step and with a jump', () => {
		const { player, lines } = at(5);
		lines.loop();
		lines.step(1);
		expect(lines.looped).toEqual(CUES[2]);
		player.time = 2;
		lines.follow(1);
		expect(lines.looped).toEqual(CUES[0]);
	});

	it('rests while the video does', () => {
		const { player, lines } = at(5);
		lines.loop();
		player.paused = true;
		expect(lines.follow(1)).toBeUndefined();
	});
});

describe('learning by ear', () => {
	it('shows a line when it is asked for', () => {
		const { lines } = at(5);
		lines.perform({ do: 'reveal' });
		expect([...lines.revealed]).toEqual([4]);
	});
});

describe('keys for lines', () => {
	const press = (key: string) =>
		actionOf({ key, ctrlKey: false, altKey: false, metaKey: false, on: 'button' });

	it('step, repeat and show', () => {
		expect(['n', 'P', 'r', 'v'].map(press)).toEqual([
			{ do: 'line', by: 1 },
			{ do: 'line', by: -1 },
			{ do: 'loop' },
			{ do: 'reveal' }
		]);
	});
});

describe('lines of captions', () => {
	const offers = ['zh-CN', 'en', 'ru'].map((lang) => ({ lang, label: lang, path: '' }));
	const choices = { captionLangs: [] as string[], hanzi: true };

	it('are Chinese and the reader’s own to begin with, and each can be left out', () => {
		expect(shownLanguages(offers, choices, 'ru')).toEqual(['zh-CN', 'ru']);
		expect(shownLanguages(offers, { ...choices, hanzi: false }, 'ru')).toEqual(['ru']);
	});

	it('come back in their order', () => {
		let now = { ...choices, ...toggled(offers, ['zh-CN', 'ru'], 'zh-CN', false) };
		expect(shownLanguages(offers, now, 'ru')).toEqual(['ru']);
		now = { ...now, ...toggled(offers, ['ru'], 'en', true) };
		expect(shownLanguages(offers, now, 'ru')).toEqual(['en', 'ru']);
		now = { ...now, ...toggled(offers, ['en', 'ru'], 'zh-CN', true) };
		expect(shownLanguages(offers, now, 'ru')).toEqual(['zh-CN', 'en', 'ru']);
	});

	it('keep Chinese out when it was left out alone', () => {
		const now = { ...choices, ...toggled(offers, ['zh-CN', 'en'], 'zh-CN', false) };
		const then = { ...now, ...toggled(offers, ['en'], 'en', false) };
		expect(shownLanguages(offers, then, 'en')).toEqual([]);
	});

	it('begin without help for whoever reads Chinese as their own language', () => {
		expect(sound({}, false, true)).toMatchObject({ pinyin: false, glosses: false, hanzi: true });
		expect(sound({ pinyin: true }, false, true).pinyin).toBe(true);
	});
});
