import { describe, expect, it } from 'vitest';
import { firstLanguages } from './captions.svelte.ts';
import { sound } from './choices.svelte.ts';
import { actionOf, nextSpeed, type Press } from './keys.ts';
import { qualities } from './sizes.ts';
import { framePlace } from './storyboard.ts';

describe('keys', () => {
	const press = (key: string, change: Partial<Press> = {}) =>
		actionOf({ key, ctrlKey: false, altKey: false, metaKey: false, on: 'other', ...change });

	it('do what a video player’s keys do', () => {
		expect(press(' ')).toEqual({ do: 'toggle' });
		expect(press('K')).toEqual({ do: 'toggle' });
		expect(press('ArrowLeft')).toEqual({ do: 'skip', seconds: -5 });
		expect(press('l')).toEqual({ do: 'skip', seconds: 10 });
		expect(press('ArrowUp')).toEqual({ do: 'volume', by: 0.1 });
		expect(press('>')).toEqual({ do: 'faster' });
		expect(press('7')).toEqual({ do: 'part', of: 0.7 });
		expect(press(']')).toEqual({ do: 'chapter', by: 1 });
		expect(press('x')).toBeNull();
	});

	it('leave the browser’s own shortcuts and every field alone', () => {
		expect(press('l', { ctrlKey: true })).toBeNull();
		expect(press('f', { metaKey: true })).toBeNull();
		expect(press('k', { on: 'text' })).toBeNull();
		expect(press(' ', { on: 'button' })).toBeNull();
		expect(press('k', { on: 'button' })).toEqual({ do: 'toggle' });
		expect(press('ArrowLeft', { on: 'slider' })).toBeNull();
		expect(press('m', { on: 'slider' })).toEqual({ do: 'mute' });
	});

	it('step through the speeds and stop at the ends', () => {
		expect([
			nextSpeed(1, true),
			nextSpeed(1, false),
			nextSpeed(2, true),
			nextSpeed(0.5, false)
		]).toEqual([1.25, 0.75, 2, 0.5]);
	});
});

describe('choices', () => {
	it('take from the device only what has the right shape', () => {
		const found = { speed: 9, volume: 0.4, captionLangs: 'zh', rung: 7, saveData: false } as never;
		expect(sound(found, true)).toMatchObject({
			speed: 2,
			volume: 0.4,
			captionLangs: [],
			rung: 'auto',
			saveData: false
		});
	});

	it('save data when the browser is asked to, until told otherwise', () => {
		expect(sound({}, true).saveData).toBe(true);
	});
});

describe('captions', () => {
	const offer = (...langs: string[]) => langs.map((lang) => ({ lang, label: lang, path: lang }));

	it('begin with Chinese and the reader’s language', () => {
		expect(firstLanguages(offer('ru', 'zh-Latn', 'zh-CN', 'en'), 'ru')).toEqual(['zh-CN', 'ru']);
		expect(firstLanguages(offer('en', 'zh-CN'), 'ar')).toEqual(['zh-CN']);
		expect(firstLanguages(offer('zh-CN', 'en'), 'zh-CN')).toEqual(['zh-CN']);
		expect(firstLanguages(offer('fr'), 'en')).toEqual(['fr']);
		expect(firstLanguages([], 'en')).toEqual([]);
	});
});

describe('sizes', () => {
	const make = (name: string, kind: 'audio' | 'video', height: number, bytes: number) => ({
		name,
		kind,
		codecs: '',
		width: 0,
		height,
		bandwidth: 0,
		averageBandwidth: 0,
		bytes
	});

	it('count the sound that goes with each picture', () => {
		const list = qualities(
			[
				make('aac64', 'audio', 0, 480_000),
				make('opus16', 'audio', 0, 130_000),
				make('720p', 'video', 720, 1_500_000),
				make('slides', 'video', 480, 180_000)
			],
			60_000
		);
		expect(list.map((q) => [q.name, q.bytes])).toEqual([
			['audio', 130_000],
			['slides', 310_000],
			['720p', 1_980_000]
		]);
		expect(list[1].bytesPerMinute).toBe(310_000);
	});

	it('know a video without sound', () => {
		expect(qualities([make('slides', 'video', 480, 5)], 1000).map((q) => q.name)).toEqual([
			'slides'
		]);
	});
});

describe('storyboard', () => {
	const board = {
		path: '',
		columns: 10,
		rows: 10,
		intervalMs: 6000,
		width: 160,
		height: 90,
		count: 16
	};

	it('finds the picture of a second', () => {
		expect(framePlace(board, 0)).toEqual({ x: 0, y: 0 });
		expect(framePlace(board, 13)).toEqual({ x: 320, y: 0 });
		expect(framePlace(board, 66)).toEqual({ x: 160, y: 90 });
		expect(framePlace(board, 9999)).toEqual({ x: 800, y: 90 });
		expect(framePlace(board, -3)).toEqual({ x: 0, y: 0 });
	});
});
