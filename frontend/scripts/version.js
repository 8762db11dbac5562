// The version of the app is what it is made of: the same sources give the same files, byte for byte.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const PARTS = ['src', 'messages', 'static', 'scripts'];
const FILES = ['package-lock.json', 'vite.config.ts'];

/** @param {string} part */
function filesOf(part) {
	return readdirSync(join(root, part), { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && !entry.parentPath.includes('/lib/paraglide'))
		.map((entry) => join(entry.parentPath, entry.name));
}

/** A short name for the state of the sources. */
export function sourceVersion() {
	const hash = createHash('sha256');
	const files = [...PARTS.flatMap(filesOf), ...FILES.map((name) => join(root, name))];
	for (const file of files.sort()) hash.update(file.slice(root.length)).update(readFileSync(file));
	return hash.digest('hex').slice(0, 12);
}
