// Keeps the app's own files, so that a repeat visit loads nothing and an offline one opens. It never touches
// answers of the API or video: those are personal, and their parts keep them where signing out finds them.
import { assets, immutable } from '$app/manifest';
import { self } from '$app/service-worker';

const DOCUMENT = '/';
/** What SvelteKit asks to learn whether it is out of date: the shell that is kept must be told its own version. */
const VERSION = '/_app/version.json';
const SHELL = `hanzhi-shell-${fingerprint()}`;
/** What a learner has kept for the way: lib/kept reads it; it outlives a new version of the app. */
const KEPT = 'hanzhi-kept';
const FILES = '/_app/immutable/';
/** Addresses that the server answers itself, also when they are opened as a page. */
const SERVER = ['/api/', '/v/', '/live', '/healthz', '/readyz', '/metrics', '/openapi'];

type Message =
	{ type: 'keep'; paths: string[]; all: boolean } | { type: 'take-over' } | { type: 'forget' };

/** FNV-1a of the names of all files: those carry the hashes of their contents. */
function fingerprint(): string {
	let hash = 0x811c9dc5;
	for (const { path } of immutable) {
		for (let i = 0; i < path.length; i++) hash = Math.imul(hash ^ path.charCodeAt(i), 0x01000193);
	}
	return (hash >>> 0).toString(36);
}

async function install(): Promise<void> {
	const cache = await caches.open(SHELL);
	const fresh = [DOCUMENT, VERSION].map((path) => new Request(path, { cache: 'no-cache' }));
	await cache.addAll(fresh);
	await cache.addAll(assets.map(({ path }) => `/${path}`));
	// Files that did not change between two versions need no second download.
	const here = new Set(immutable.map(({ path }) => `/${path}`));
	for (const name of await caches.keys()) await carryOver(name, cache, here);
}

async function carryOver(name: string, into: Cache, wanted: Set<string>): Promise<void> {
	if (name === SHELL) return;
	const old = await caches.open(name);
	for (const request of await old.keys()) {
		const response = wanted.has(new URL(request.url).pathname)
			? await old.match(request)
			: undefined;
		if (response) await into.put(request, response);
	}
}

async function activate(): Promise<void> {
	const old = (await caches.keys()).filter((name) => name !== SHELL && name !== KEPT);
	await Promise.all(old.map((name) => caches.delete(name)));
	await self.clients.claim();
}

/** False when something did not come: the line went, and the next visit tries again. */
async function keep(paths: string[]): Promise<boolean> {
	const cache = await caches.open(SHELL);
	let all = true;
	for (const path of new Set(paths)) {
		if (await cache.match(path)) continue;
		await cache.add(path).catch(() => (all = false));
	}
	return all;
}

async function forget(): Promise<void> {
	const personal = (await caches.keys()).filter((name) => name !== SHELL);
	await Promise.all(personal.map((name) => caches.delete(name)));
}

async function page(request: Request): Promise<Response> {
	return (await caches.match(DOCUMENT, { cacheName: SHELL })) ?? fetch(request);
}

async function file(request: Request): Promise<Response> {
	const kept = await caches.match(request);
	if (kept) return kept;
	const response = await fetch(request);
	if (response.ok) await (await caches.open(SHELL)).put(request, response.clone());
	return response;
}

self.addEventListener('install', (event) => event.waitUntil(install()));
self.addEventListener('activate', (event) => event.waitUntil(activate()));

self.addEventListener('message', (event) => {
	const message = event.data as Message;
	if (message.type === 'keep') {
		const all = message.all ? immutable.map(({ path }) => `/${path}`) : [];
		const kept = keep([...message.paths, ...all]);
		event.waitUntil(kept.then((done) => event.ports[0]?.postMessage(done)));
	}
	if (message.type === 'take-over') event.waitUntil(self.skipWaiting());
	if (message.type === 'forget') event.waitUntil(forget());
});

self.addEventListener('fetch', (event) => {
	const { request } = event;
	const url = new URL(request.url);
	if (request.method !== 'GET' || url.origin !== self.location.origin) return;
	if (SERVER.some((path) => url.pathname.startsWith(path))) return;
	if (request.mode === 'navigate') event.respondWith(page(request));
	else if (url.pathname.startsWith(FILES) || url.pathname === VERSION)
		event.respondWith(file(request));
	else if (assets.some(({ path }) => url.pathname === `/${path}`)) event.respondWith(file(request));
});
