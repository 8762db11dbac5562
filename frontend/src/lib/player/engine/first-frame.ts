/** Offset of a box's type in data from a place on, -1 when there is none. For headers, which are small. */
function find(data: Uint8Array, type: string, from = 4): number {
	const end = Math.min(data.length, from + 4096) - 4;
	for (let at = from; at <= end; at++) {
		if ([0, 1, 2, 3].every((i) => data[at + i] === type.charCodeAt(i))) return at;
	}
	return -1;
}

/** Ticks per second of a track, out of its init segment; 0 when it does not say. */
export function timescale(init: Uint8Array): number {
	const at = find(init, 'mdhd');
	if (at < 0) return 0;
	const view = new DataView(init.buffer, init.byteOffset, init.length);
	return view.getUint32(at + (view.getUint8(at + 4) === 1 ? 24 : 16));
}

/**
 * Second at which a media segment shows its first picture; null when it cannot be read. Encoders with
 * B-frames begin late in their own time (a whole second at 2 frames a second) and say so in an edit list,
 * which MediaSource does not apply: rungs shifted against each other would not join.
 */
export function firstFrame(segment: Uint8Array, scale: number): number | null {
	const time = find(segment, 'tfdt');
	const run = find(segment, 'trun');
	if (time < 0 || run < 0 || !scale) return null;
	const view = new DataView(segment.buffer, segment.byteOffset, segment.length);
	const wide = view.getUint8(time + 4) === 1;
	const decode = wide
		? view.getUint32(time + 8) * 2 ** 32 + view.getUint32(time + 12)
		: view.getUint32(time + 8);
	const flags = view.getUint32(run + 4) & 0xffffff;
	let at = run + 12;
	for (const [flag, size] of [
		[1, 4],
		[4, 4],
		[0x100, 4],
		[0x200, 4],
		[0x400, 4]
	]) {
		if (flags & flag) at += size;
	}
	const composition = flags & 0x800 ? view.getInt32(at) : 0;
	return (decode + composition) / scale;
}
