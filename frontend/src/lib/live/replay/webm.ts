/** A picture as it was recorded. */
export interface RecordedFrame {
	/** ms since the first one of the piece. */
	at: number;
	key: boolean;
	data: Uint8Array<ArrayBuffer>;
}

/** What a piece of a recording holds: enough for a decoder. */
export interface RecordedPictures {
	/** As WebCodecs names it. */
	codec: string;
	description?: Uint8Array<ArrayBuffer>;
	frames: RecordedFrame[];
}

const SEGMENT = 0x18538067;
const TRACKS = 0x1654ae6b;
const TRACK = 0xae;
const CLUSTER = 0x1f43b675;
const CODEC = 0x86;
const PRIVATE = 0x63a2;
const TIME = 0xe7;
const BLOCK = 0xa3;
const OPENED = new Set([SEGMENT, TRACKS, TRACK, CLUSTER]);

/** A number of EBML, whose first byte says how long it is. */
function length(bytes: Uint8Array, at: number): number {
	return Math.clz32(bytes[at] ?? 0) - 23;
}

function whole(bytes: Uint8Array, at: number, end: number): number {
	let value = 0;
	for (let i = at; i < end; i++) value = value * 256 + bytes[i];
	return value;
}

/** A number without the bit that says how long it is; with it, eight bytes are more than a number here holds exactly. */
function size(bytes: Uint8Array, at: number, end: number): number {
	const first = bytes[at] & (0xff >> (end - at));
	return first * 256 ** (end - at - 1) + whole(bytes, at + 1, end);
}

function codecOf(name: string, description?: Uint8Array): string {
	if (name !== 'V_MPEG4/ISO/AVC') return 'vp8';
	const profile = [...(description ?? []).slice(1, 4)];
	return `avc1.${profile.map((one) => one.toString(16).padStart(2, '0')).join('')}`;
}

/** Reads a piece: WebM or Matroska of one track, as the recorder writes it. What is cut off at its end is left out. */
export function readPictures(bytes: Uint8Array<ArrayBuffer>): RecordedPictures {
	const frames: RecordedFrame[] = [];
	let codec = '';
	let description: Uint8Array<ArrayBuffer> | undefined;
	let time = 0;
	for (let at = 0; at < bytes.length;) {
		const idEnd = at + length(bytes, at);
		const id = whole(bytes, at, idEnd);
		const sizeLength = length(bytes, idEnd);
		const start = idEnd + sizeLength;
		if (sizeLength > 8 || start > bytes.length) break;
		if (OPENED.has(id)) {
			at = start;
			continue;
		}
		const end = start + size(bytes, idEnd, start);
		if (end > bytes.length) break;
		if (id === CODEC) codec = String.fromCharCode(...bytes.subarray(start, end));
		else if (id === PRIVATE) description = bytes.slice(start, end);
		else if (id === TIME) time = whole(bytes, start, end);
		else if (id === BLOCK && end - start > 4) {
			const since = new DataView(bytes.buffer, bytes.byteOffset).getInt16(start + 1);
			const data = bytes.subarray(start + 4, end);
			frames.push({ at: time + since, key: (bytes[start + 3] & 0x80) !== 0, data });
		}
		at = end;
	}
	const first = frames[0]?.at ?? 0;
	for (const frame of frames) frame.at -= first;
	return { codec: codecOf(codec, description), description, frames };
}

/** The last frame that is there at a moment, and the key frame that decoding it begins with; −1 = none. */
export function frameAt(
	frames: readonly RecordedFrame[],
	at: number
): { frame: number; key: number } {
	let frame = -1;
	let key = -1;
	for (const [i, one] of frames.entries()) {
		if (one.at > at && frame >= 0) break;
		frame = i;
		if (one.key) key = i;
		if (one.at > at) break;
	}
	return { frame, key };
}
