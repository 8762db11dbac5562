/**
 * A black picture of any length, for stretches where the real one is late: a media element with a sound
 * and a picture buffer plays only where both have data, and the sound must not wait for the picture.
 * The page covers it with the last real picture, so nobody sees it.
 */

/** Ticks per second of the filler's track. */
const TIMESCALE = 16384;

/** Codec string of the filler (H.264 Main, 256×144). */
export const FILLER_CODEC = 'avc1.4D400B';

/** ftyp and moov, base64. */
const INIT =
	'AAAAHGZ0eXBpc281AAACAGlzbzVpc282bXA0MQAAAoZtb292AAAAbG12aGQAAAAAAAAAAAAAAAAAAAPoAAAAAAABAAAB' +
	'AAAAAAAAAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAEAAAAAAAAAAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' +
	'AAAAAAACAAAB6nRyYWsAAABcdGtoZAAAAAMAAAAAAAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQAAAAAA' +
	'AAAAAAAAAAAAAAEAAAAAAAAAAAAAAAAAAEAAAAABAAAAAJAAAAAAAYZtZGlhAAAAIG1kaGQAAAAAAAAAAAAAAAAAAEAA' +
	'AAAAAFXEAAAAAAAtaGRscgAAAAAAAAAAdmlkZQAAAAAAAAAAAAAAAFZpZGVvSGFuZGxlcgAAAAExbWluZgAAABR2bWhk' +
	'AAAAAQAAAAAAAAAAAAAAJGRpbmYAAAAcZHJlZgAAAAAAAAABAAAADHVybCAAAAABAAAA8XN0YmwAAAClc3RzZAAAAAAA' +
	'AAABAAAAlWF2YzEAAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAABAACQAEgAAABIAAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAA' +
	'AAAAAAAAAAAAAAAAAAAAAAAY//8AAAAvYXZjQwFNQAv/4QAXZ01AC9wQE7ARAAADAAEAAAMACA8UK4ABAAVo7gOSyAAA' +
	'ABBwYXNwAAAAAQAAAAEAAAAQc3R0cwAAAAAAAAAAAAAAEHN0c2MAAAAAAAAAAAAAABRzdHN6AAAAAAAAAAAAAAAAAAAA' +
	'EHN0Y28AAAAAAAAAAAAAAChtdmV4AAAAIHRyZXgAAAAAAAAAAQAAAAEAAAAAAAAAAAAAAAA=';

/** Two coded black frames, taken in turn: neighbouring IDR pictures must differ in their id. */
const FRAMES = [
	'AAAALmWIhAS//t4jwKYeR0XVc8b54DIDtOVEGDxlYtOq/2Nk1d4xAAADAWsFX1PjGd8=',
	'AAAAMGWIggGP/vSj+BTSbEQw35cf88ijRCjJZIDMKZ7B67hUPCAggEMvgAACigYr0yxvNg=='
];

/** Frames per second: a decoder wants a few frames in hand before it starts. */
const RATE = 4;

function bytes(base64: string): Uint8Array<ArrayBuffer> {
	return Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
}

/** The filler's init segment. */
export function fillerInit(): Uint8Array<ArrayBuffer> {
	return bytes(INIT);
}

function box(type: string, ...parts: (number[] | Uint8Array)[]): Uint8Array {
	const size = parts.reduce((n, p) => n + p.length, 8);
	const out = new Uint8Array(size);
	out.set(u32(size));
	for (let i = 0; i < 4; i++) out[4 + i] = type.charCodeAt(i);
	let at = 8;
	for (const part of parts) {
		out.set(part, at);
		at += part.length;
	}
	return out;
}

function u32(n: number): number[] {
	return [(n >>> 24) & 255, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
}

/** A media segment of black frames from one second to another. */
export function fillerSegment(from: number, to: number): Uint8Array<ArrayBuffer> {
	const coded = FRAMES.map(bytes);
	const start = Math.round(from * TIMESCALE);
	const end = Math.max(start + 1, Math.round(to * TIMESCALE));
	const step = TIMESCALE / RATE;
	const samples: number[] = [];
	const frames: Uint8Array[] = [];
	for (let at = start; at < end; at += step) {
		const frame = coded[frames.length % coded.length];
		frames.push(frame);
		samples.push(...u32(Math.min(step, end - at)), ...u32(frame.length));
	}
	const build = (offset: number) =>
		box(
			'moof',
			box('mfhd', u32(0), u32(1)),
			box(
				'traf',
				// default-base-is-moof, default flags of a key frame
				box('tfhd', [0, 2, 0, 0x20], u32(1), [2, 0, 0, 0]),
				box('tfdt', [1, 0, 0, 0], u32(Math.floor(start / 2 ** 32)), u32(start % 2 ** 32)),
				// data offset, then duration and size of each sample
				box('trun', [0, 0, 3, 1], u32(frames.length), u32(offset), samples)
			)
		);
	const moof = build(build(0).length + 8);
	const mdat = box('mdat', ...frames);
	const out = new Uint8Array(moof.length + mdat.length);
	out.set(moof);
	out.set(mdat, moof.length);
	return out;
}
