// After Vite: puts the first words into the document, writes the content security policy that fits this build, compresses what is text,
// and puts the placeholder back that lets the Go package compile on a clean clone.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { locales, messages } from './messages.js';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const root = new URL('../build', import.meta.url).pathname;
const TEXT = new Set(['.html', '.js', '.css', '.svg', '.json', '.webmanifest', '.txt', '.xml']);

const sha256 = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

function inlineHashes(html, tag) {
	const bodies = html.matchAll(
		new RegExp(`<${tag}(?![^>]*\\ssrc=)[^>]*>([\\s\\S]*?)</${tag}>`, 'g')
	);
	return [...bodies].map(([, body]) => sha256(body));
}

// SvelteKit hides its announcer of new pages with a style attribute in its own markup; ours has none (eslint).
function styleAttributes() {
	const chunks = readdirSync(root, { recursive: true }).filter((name) => name.endsWith('.js'));
	const all = chunks.flatMap((name) => [
		...readFileSync(join(root, name), 'utf8').matchAll(/ style="([^"$]+)"/g)
	]);
	return [...new Set(all.map(([, style]) => sha256(style)))];
}

function policy(html) {
	return [
		"default-src 'self'",
		["script-src 'self'", ...inlineHashes(html, 'script')].join(' '),
		["style-src 'self'", ...inlineHashes(html, 'style')].join(' '),
		["style-src-attr 'unsafe-hashes'", ...styleAttributes()].join(' '),
		"img-src 'self' data: blob:",
		"media-src 'self' blob:",
		"worker-src 'self' blob:",
		"connect-src 'self'",
		"object-src 'none'",
		"base-uri 'none'",
		"form-action 'self'",
		"frame-ancestors 'none'"
	].join('; ');
}

function compress(file) {
	const body = readFileSync(file);
	writeFileSync(`${file}.gz`, gzipSync(body, { level: 9 }));
	writeFileSync(
		`${file}.br`,
		brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: body.length } })
	);
}

/**
 * Fills the document with the first words of each language and the name of the file with all others:
 * the words stand on screen before any script of the app has come, the file is one round trip nearer.
 */
function fillFirst(html) {
	const manifest = JSON.parse(
		readFileSync(join(root, '../.svelte-kit/output/client/.vite/manifest.json'), 'utf8')
	);
	const first = locales.map((locale) => {
		const { catalogue_hero_title: title, catalogue_hero_text: text } = messages(
			locale,
			'catalogue'
		);
		return [locale, { texts: `/${manifest[`virtual:messages/${locale}/main`].file}`, title, text }];
	});
	const filled = html.replace(
		"'ar'], {});",
		() => `'ar'], ${JSON.stringify(Object.fromEntries(first))});`
	);
	if (filled === html) throw new Error('the place for the first words was not found');
	return filled;
}

const document = join(root, 'index.html');
writeFileSync(document, fillFirst(readFileSync(document, 'utf8')));
for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
	if (entry.isFile() && TEXT.has(extname(entry.name))) compress(join(entry.parentPath, entry.name));
}
writeFileSync(join(root, 'csp.txt'), policy(readFileSync(document, 'utf8')) + '\n');
writeFileSync(join(root, '.gitkeep'), '');
