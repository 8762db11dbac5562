/** Longest file of terms that is read, in bytes. */
export const LONGEST_FILE = 15_000_000;

/**
 * The text of a table file. A byte order mark says UTF-8 or UTF-16; an XML file may name its encoding; spreadsheets of
 * Chinese offices write GBK, all others UTF-8. Bytes that are no UTF-8 are read as GB 18030, which holds GBK. Undefined
 * when the file is in neither.
 */
export function decode(bytes: ArrayBuffer): string | undefined {
	const head = new Uint8Array(bytes.slice(0, 200));
	const [a, b] = head;
	if (a === 0xff && b === 0xfe) return read('utf-16le', bytes);
	if (a === 0xfe && b === 0xff) return read('utf-16be', bytes);
	const start = String.fromCharCode(...head);
	// Latin letters of two bytes each, without a mark.
	if (start.startsWith('<\0')) return read('utf-16le', bytes);
	if (start.startsWith('\0<')) return read('utf-16be', bytes);
	const named = /^<\?xml[^>]*encoding=["']([\w-]+)["']/.exec(start.replace(/^ï»¿/, ''))?.[1];
	return read('utf-8', bytes) ?? (named && read(named, bytes)) ?? read('gb18030', bytes);
}

function read(encoding: string, bytes: ArrayBuffer): string | undefined {
	try {
		return new TextDecoder(encoding, { fatal: true }).decode(bytes);
	} catch {
		return undefined;
	}
}

/** What a file is: XML is a termbase, all else a table. */
export function asTable(text: string): { csv: string } | { tbx: string } {
	return text.trimStart().startsWith('<') ? { tbx: text } : { csv: text };
}
