import { emit } from './bus.ts';

/** What a device may keep after its owner has signed out: its own ways, nothing personal. */
const KEPT = new Set(['hanzhi:locale', 'hanzhi:theme', 'hanzhi:player', 'hanzhi.line']);

interface Connection {
	saveData?: boolean;
	effectiveType?: string;
}

/** The reader's line, as far as the browser tells. */
function roomy(): boolean {
	const line = (navigator as { connection?: Connection }).connection;
	return !line?.saveData && (line?.effectiveType ?? '4g') === '4g';
}

// What this visit has loaded before the worker was there; asking again is answered by the HTTP cache.
function loaded(): string[] {
	const entries = performance
		.getEntriesByType('resource')
		.map((entry) => new URL(entry.name).pathname);
	return entries.filter((path) => path.startsWith('/_app/immutable/'));
}

function takeOver(waiting: ServiceWorker): void {
	navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), {
		once: true
	});
	waiting.postMessage({ type: 'take-over' });
}

function offer(
	registration: ServiceWorkerRegistration,
	onUpdate: (apply: () => void) => void
): void {
	const waiting = registration.waiting;
	if (!waiting || !navigator.serviceWorker.controller) return;
	onUpdate(() => takeOver(waiting));
}

// A file of the old app that was never loaded here is gone from a server that has a newer one.
function mendMissingFiles(registration: ServiceWorkerRegistration): void {
	addEventListener('vite:preloadError', () => {
		if (registration.waiting) takeOver(registration.waiting);
	});
}

/**
 * Installs the worker that keeps the app's files, so that a second visit loads nothing and an offline one opens.
 * `onUpdate` is told when a newer app lies ready; it gets the function that switches to it.
 */
export async function keepShell(onUpdate: (apply: () => void) => void): Promise<void> {
	if (!('serviceWorker' in navigator) || import.meta.env.DEV) return;
	const registration = await navigator.serviceWorker.register('/service-worker.js', {
		type: 'module'
	});
	mendMissingFiles(registration);
	offer(registration, onUpdate);
	registration.addEventListener('updatefound', () => {
		registration.installing?.addEventListener('statechange', () => offer(registration, onUpdate));
	});
	const ready = await navigator.serviceWorker.ready;
	ready.active?.postMessage({ type: 'keep', paths: loaded(), all: roomy() });
}

function clear(storage: Storage): void {
	for (const key of Object.keys(storage)) if (!KEPT.has(key)) storage.removeItem(key);
}

/** Leaves nothing personal on the device: each part forgets its own, then the storage goes. */
export async function forgetOnSignOut(): Promise<void> {
	await emit('sign-out', undefined);
	try {
		clear(localStorage);
		clear(sessionStorage);
	} catch {
		// A browser without storage has kept nothing.
	}
	const worker = 'serviceWorker' in navigator ? navigator.serviceWorker.controller : undefined;
	worker?.postMessage({ type: 'forget' });
}
