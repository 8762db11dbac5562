const MIB = 1 << 20;

/**
 * Tells a file again after the browser was closed: by name, size, date, and the bytes of its first
 * and last MiB. Reading all of a three-hour video would keep an author waiting for minutes.
 */
export async function fingerprint(file: File): Promise<string> {
	const head = await file.slice(0, MIB).arrayBuffer();
	const tail = await file.slice(Math.max(MIB, file.size - MIB)).arrayBuffer();
	const sum = hash(new Uint8Array(tail), hash(new Uint8Array(head)));
	const about = [file.name, file.size, file.lastModified].join('\u0000');
	return `${hex(hash(new TextEncoder().encode(about)))}-${hex(sum)}-${file.size}`;
}

type Pair = [number, number];

// Two FNV-1a sums of 32 bits. crypto.subtle is absent on plain http, where small schools run the
// platform; nobody gains by a clash, since the server checks what it is given.
function hash(bytes: Uint8Array, [a, b]: Pair = [0x811c9dc5, 0x01000193]): Pair {
	for (const byte of bytes) {
		a = Math.imul(a ^ byte, 0x01000193);
		b = Math.imul(b ^ byte, 0x85ebca6b);
	}
	return [a >>> 0, b >>> 0];
}

const hex = (pair: Pair) => pair.map((n) => n.toString(16).padStart(8, '0')).join('');
