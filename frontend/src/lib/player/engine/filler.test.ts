import { describe, expect, it } from 'vitest';
import { fillerInit, fillerSegment } from './filler.ts';
import { firstFrame, timescale } from './first-frame.ts';

/** Boxes of a level as [type, size]. */
function boxes(data: Uint8Array): [string, number][] {
	const view = new DataView(data.buffer, data.byteOffset, data.length);
	const out: [string, number][] = [];
	for (let at = 0; at < data.length; at += view.getUint32(at)) {
		out.push([String.fromCharCode(...data.subarray(at + 4, at + 8)), view.getUint32(at)]);
	}
	return out;
}

describe('filler', () => {
	it('is an init segment and whole boxes', () => {
		expect(boxes(fillerInit()).map(([type]) => type)).toEqual(['ftyp', 'moov']);
		const segment = fillerSegment(6, 12);
		expect(boxes(segment).map(([type]) => type)).toEqual(['moof', 'mdat']);
		expect(boxes(segment).reduce((sum, [, size]) => sum + size, 0)).toBe(segment.length);
	});

	it('stands where it is asked to, also after hours', () => {
		const scale = timescale(fillerInit());
		for (const at of [0, 6, 12.04, 10_800]) {
			expect(firstFrame(fillerSegment(at, at + 6), scale)).toBeCloseTo(at, 3);
		}
	});

	it('lasts as long as it is asked to', () => {
		const segment = fillerSegment(3, 9.1);
		const view = new DataView(segment.buffer);
		const run = Array.from({ length: 400 }, (_, i) => i).find(
			(i) => String.fromCharCode(...segment.subarray(i, i + 4)) === 'trun'
		)!;
		const count = view.getUint32(run + 8);
		let ticks = 0;
		for (let i = 0; i < count; i++) ticks += view.getUint32(run + 16 + i * 8);
		expect(ticks / timescale(fillerInit())).toBeCloseTo(6.1, 3);
	});
});

describe('first frame', () => {
	function segment(time: number, offsets: number[]): Uint8Array {
		const box = (type: string, body: number[]) => [
			...u32(body.length + 8),
			...[...type].map((c) => c.charCodeAt(0)),
			...body
		];
		const u32 = (n: number) => [(n >>> 24) & 255, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
		const samples = offsets.flatMap((o) => [...u32(100), ...u32(o)]);
		return new Uint8Array(
			box('moof', [
				...box('traf', [
					...box('tfdt', [0, 0, 0, 0, ...u32(time)]),
					...box('trun', [1, 0, 0x0a, 0x01, ...u32(offsets.length), ...u32(0), ...samples])
				])
			])
		);
	}

	it('counts the delay of an encoder with B-frames', () => {
		expect(firstFrame(segment(0, [16_384, 0]), 16_384)).toBe(1);
		expect(firstFrame(segment(6 * 16_384, [8_192, 0]), 16_384)).toBe(6.5);
	});

	it('reads signed offsets', () => {
		expect(firstFrame(segment(16_384, [-16_384]), 16_384)).toBe(0);
	});

	it('says when it cannot tell', () => {
		expect(firstFrame(new Uint8Array(40), 1000)).toBeNull();
		expect(firstFrame(segment(0, [0]), 0)).toBeNull();
		expect(timescale(new Uint8Array(10))).toBe(0);
	});
});
