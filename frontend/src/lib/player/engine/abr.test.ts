import { describe, expect, it } from 'vitest';
import { autoLadder, chooseRung, priorBps, shouldAbort, type Situation } from './abr.ts';
import type { VideoRung } from './playlist.ts';

const opus = { name: 'opus16', uri: 'opus16.m3u8', codecs: 'opus', bandwidth: 18_000 };

function rung(
	name: string,
	height: number,
	fps: number,
	average: number,
	peak = average
): VideoRung {
	const width = Math.round((height * 16) / 9);
	const sum = { average: average + 18_000, bandwidth: peak + 18_000 };
	return {
		name,
		uri: `${name}.m3u8`,
		codecs: 'avc1.4d401e',
		audio: opus,
		width,
		height,
		fps,
		...sum
	};
}

/** Measured rates of a lecture that hardly moves, and of a film of nature. */
const lecture = [
	rung('144p', 144, 8.33, 11_700, 14_600),
	rung('slides', 480, 2, 23_900, 28_000),
	rung('240p', 240, 12.5, 30_500, 39_900),
	rung('360p', 360, 25, 66_700, 92_000),
	rung('480p', 480, 25, 108_700, 152_300),
	rung('720p', 720, 25, 200_800, 282_700)
];
const nature = [
	rung('144p', 144, 8.33, 25_100, 26_200),
	rung('slides', 480, 2, 28_900, 32_800),
	rung('240p', 240, 12.5, 74_000, 78_900),
	rung('360p', 360, 25, 204_500, 226_500),
	rung('480p', 480, 25, 487_800, 529_000),
	rung('720p', 720, 25, 1_216_900, 1_320_800)
];

const calm: Situation = {
	bps: 1_000_000,
	ahead: 20,
	voiceAhead: 30,
	playbackRate: 1,
	current: null,
	screenHeight: 1080,
	saveData: false,
	starting: false
};
const pick = (ladder: VideoRung[], change: Partial<Situation>) =>
	chooseRung(autoLadder(ladder), { ...calm, ...change })?.name ?? null;

describe('automatic ladder', () => {
	it('prefers a sharp slide to a small moving picture where nothing moves', () => {
		expect(autoLadder(lecture).map((r) => r.name)).toEqual(['slides', '360p', '480p', '720p']);
	});

	it('keeps 240p where things move', () => {
		expect(autoLadder(nature).map((r) => r.name)).toEqual([
			'slides',
			'240p',
			'360p',
			'480p',
			'720p'
		]);
	});

	it('takes what there is when there are no slides', () => {
		const some = nature.filter((r) => r.name !== 'slides');
		expect(autoLadder(some)).toEqual(some);
	});
});

describe('choice of rung', () => {
	it('begins at the lowest rung on a line that nobody knows', () => {
		expect(pick(nature, { bps: null, starting: true })).toBe('slides');
	});

	it('follows the line', () => {
		const at = (kbit: number) => pick(nature, { bps: kbit * 1000 });
		expect([60, 128, 300, 700, 2000].map(at)).toEqual(['slides', '240p', '360p', '480p', '720p']);
	});

	it('is careful while the buffer is thin', () => {
		expect(pick(nature, { bps: 300_000, ahead: 2 })).toBe('240p');
		expect(pick(nature, { bps: 300_000, ahead: 25 })).toBe('360p');
	});

	it('starts small, so that the first picture comes soon', () => {
		expect(pick(nature, { bps: 700_000, ahead: 0, starting: true })).toBe('360p');
		expect(pick(nature, { bps: 400_000, ahead: 0, starting: true })).toBe('240p');
	});

	it('leaves the line to the sound when it carries nothing else', () => {
		expect(pick(nature, { bps: 30_000, ahead: 0, voiceAhead: 3 })).toBeNull();
		expect(pick(nature, { bps: 30_000, ahead: 0, voiceAhead: 20 })).toBe('slides');
	});

	it('needs a margin to go up, and goes down without one', () => {
		const bps = 245_000;
		expect(pick(nature, { bps, current: '240p', ahead: 14 })).toBe('240p');
		expect(pick(nature, { bps: 300_000, current: '240p', ahead: 20 })).toBe('360p');
		expect(pick(nature, { bps: 100_000, current: '480p', ahead: 4 })).toBe('slides');
	});

	it('counts double speed as double the bytes', () => {
		expect(pick(nature, { bps: 300_000, playbackRate: 2 })).toBe('240p');
	});

	it('fetches nothing larger than the screen can show', () => {
		expect(pick(nature, { bps: 9e6, screenHeight: 400 })).toBe('480p');
		expect(pick(nature, { bps: 9e6, screenHeight: 240 })).toBe('240p');
	});

	it('stays small while data is being saved', () => {
		expect(pick(nature, { bps: 9e6, saveData: true })).toBe('240p');
		expect(pick(lecture, { bps: 9e6, saveData: true })).toBe('360p');
	});
});

describe('giving up a download', () => {
	const running = {
		received: 50_000,
		size: 360_000,
		elapsedMs: 2000,
		bps: 64_000,
		deadline: 8,
		lowerSize: 18_000,
		delay: 0.6
	};

	it('drops one that will be late for one that will not', () => {
		expect(shouldAbort(running)).toBe(true);
	});

	it('keeps one that will be in time, or is nearly there', () => {
		expect(shouldAbort({ ...running, bps: 800_000 })).toBe(false);
		expect(shouldAbort({ ...running, received: 345_000, deadline: 1 })).toBe(false);
	});

	it('does not judge in the first moments', () => {
		expect(shouldAbort({ ...running, elapsedMs: 200 })).toBe(false);
	});
});

describe('first guess of the line', () => {
	const now = 1e12;

	it('knows nothing at first, and what was measured within a day later', () => {
		expect(priorBps(undefined, null, now)).toBeNull();
		expect(priorBps({ effectiveType: '4g' }, null, now)).toBeNull();
		expect(priorBps(undefined, { bps: 1e6, at: now - 3600e3 }, now)).toBe(700_000);
		expect(priorBps(undefined, { bps: 1e6, at: now - 48 * 3600e3 }, now)).toBeNull();
	});

	it('believes the browser when it says that the line is worse now', () => {
		expect(priorBps({ effectiveType: '2g' }, { bps: 5e6, at: now }, now)).toBe(60_000);
		expect(priorBps({ effectiveType: '3g' }, null, now)).toBeLessThan(300_000);
	});
});
