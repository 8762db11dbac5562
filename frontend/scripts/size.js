// Holds the built app to its budgets: what a first visit loads, what each further page adds,
// and that no byte names another host. Sizes are those of the gzip files the server sends.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, relative } from 'node:path';

const KB = 1024;
const BUDGET = { first: 120 * KB, firstJs: 70 * KB, route: 30 * KB };
const HOME = '/';
const TEXT = new Set(['.html', '.js', '.css', '.svg', '.json', '.webmanifest']);
// Names that look like addresses but are never fetched: XML namespaces, the links that libraries write
// into their error messages, and the names reserved for examples.
const NAMES =
	/^https?:\/\/(www\.w3\.org|svelte\.dev\/e|paraglidejs\.com\/errors|fallback\.com|(\w+\.)?example\.(com|org)|sveltekit-redirect\.invalid)\b/;

const root = new URL('../build', import.meta.url).pathname;
const manifest = JSON.parse(
	readFileSync(new URL('../.svelte-kit/output/client/.vite/manifest.json', import.meta.url), 'utf8')
);

function gz(file) {
	const packed = join(root, `${file}.gz`);
	return statSync(existsSync(packed) ? packed : join(root, file)).size;
}

const sum = (files) => [...new Set(files)].reduce((total, file) => total + gz(file), 0);

/** What a chunk needs at once: itself, its static imports and their styles; never the lazy ones. */
function closure(key, seen = new Set()) {
	const chunk = manifest[key];
	if (!chunk || seen.has(chunk.file)) return seen;
	seen.add(chunk.file);
	for (const css of chunk.css ?? []) seen.add(css);
	for (const next of chunk.imports ?? []) closure(next, seen);
	return seen;
}

function keyEnding(end) {
	const key = Object.keys(manifest).find((name) => name.endsWith(end));
	if (!key) throw new Error(`no ${end} in the built app: has the framework changed its shape?`);
	return key;
}

/** Route id → files of its page and layouts, read from the dictionary in the built app. */
function routeTable() {
	const app = readFileSync(join(root, manifest[keyEnding('/app.js')].file), 'utf8');
	const table = {};
	for (const [, id, leaf, layouts = ''] of app.matchAll(
		/"(\/[^"]*)":\[~?(\d+)(?:,\[([\d,]*)\])?/g
	)) {
		const nodes = [0, leaf, ...layouts.split(',').filter(Boolean)];
		table[id] = nodes.flatMap((node) => [...closure(keyEnding(`/nodes/${node}.js`))]);
	}
	if (!table[HOME]) throw new Error('the home page is not in the route table');
	return table;
}

/** What every visit loads before any page: the document's own links and Kit's client. */
function shell() {
	const html = readFileSync(join(root, 'index.html'), 'utf8');
	const linked = [...html.matchAll(/href="\/(_app\/[^"']+\.(?:js|css))"/g)].map(([, file]) => file);
	const client = ['/entry.js', '/client-entry.js', '/app.js'].flatMap((end) => [
		...closure(keyEnding(end))
	]);
	return ['index.html', ...linked, ...client];
}

function foreign() {
	const found = [];
	for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
		if (!entry.isFile() || !TEXT.has(extname(entry.name))) continue;
		const file = join(entry.parentPath, entry.name);
		for (const [url] of readFileSync(file, 'utf8').matchAll(/https?:\/\/[\w.-]+[\w/.-]*/g)) {
			if (!NAMES.test(url)) found.push(`${relative(root, file)}: ${url}`);
		}
	}
	return found;
}

let failed = false;
function report(name, used, allowed, unit) {
	const over = used > allowed;
	failed ||= over;
	const shown = (n) => (unit === 'KB' ? (n / KB).toFixed(1) : String(n)).padStart(6);
	process.stdout.write(
		`${over ? 'OVER' : 'ok  '} ${shown(used)} /${shown(allowed)} ${unit.padEnd(2)}  ${name}\n`
	);
}

/** The texts of the language that has most of them; the bundles are those of vite-messages.js. */
function texts(bundle) {
	const keys = Object.keys(manifest).filter(
		(key) => key.startsWith('virtual:messages/') && key.endsWith(bundle)
	);
	const files = keys.map((key) => manifest[key].file).sort((a, b) => gz(b) - gz(a));
	if (!files.length) throw new Error(`no texts of ${bundle} in the built app`);
	return files[0];
}

const routes = routeTable();
const first = new Set([...shell(), ...routes[HOME], texts('main')]);

// As src/routes/+layout.ts loads them.
const TEXTS = [
	[
		/^\/(lessons|courses\/\[slug\]|review|words|today|studio\/(terms|courses\/\[id\]\/preview))/,
		'language'
	],
	[/^\/studio/, 'studio'],
	[/^\/studio\/terms/, 'terms'],
	[/^\/(teach|admin)/, 'staff']
];

function textsOf(id) {
	return TEXTS.filter(([pages]) => pages.test(id)).map(([, bundle]) => texts(bundle));
}

report('first load', sum(first), BUDGET.first, 'KB');
report(
	'first load, JavaScript',
	sum([...first].filter((file) => file.endsWith('.js'))),
	BUDGET.firstJs,
	'KB'
);
for (const [id, files] of Object.entries(routes)) {
	const own = [...files, ...textsOf(id)];
	if (id !== HOME) report(id, sum(own.filter((file) => !first.has(file))), BUDGET.route, 'KB');
}
const strangers = foreign();
report('foreign addresses', strangers.length, 0, '');
for (const line of strangers) process.stdout.write(`       ${line}\n`);
process.exit(failed ? 1 : 0);
