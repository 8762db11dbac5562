// Fails on a message that no source file uses, and on a use of one that does not exist.
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { areas, messages } from './messages.js';

const SOURCE = new Set(['.svelte', '.ts', '.js']);
const root = new URL('../src', import.meta.url).pathname;

const used = new Map();
for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
	const file = join(entry.parentPath, entry.name);
	if (!entry.isFile() || !SOURCE.has(extname(entry.name)) || file.includes('/lib/paraglide/'))
		continue;
	for (const [, key] of readFileSync(file, 'utf8').matchAll(/\bm\.([a-z]\w*)/g))
		used.set(key, file);
}

const known = new Map(
	areas.flatMap((area) => Object.keys(messages('en', area)).map((key) => [key, area]))
);
const complaints = [
	...[...known]
		.filter(([key]) => !used.has(key))
		.map(([key, area]) => `unused: ${key} (${area}.json)`),
	...[...used]
		.filter(([key]) => !known.has(key) && areas.some((area) => key.startsWith(`${area}_`)))
		.map(([key, file]) => `unknown: ${key} (${file})`)
];
for (const line of complaints) process.stdout.write(`${line}\n`);
process.stdout.write(`${known.size} messages, ${complaints.length} complaints\n`);
process.exit(complaints.length ? 1 : 0);
