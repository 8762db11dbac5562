import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Meter } from './meter.ts';
import { backoff, join, Missing, Net } from './net.ts';
import { Refused } from './types.ts';

const FILE = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);

/** An answer whose body breaks off after so many bytes, if told to. */
function answer(request: RequestInit | undefined, cutAt = Infinity, ranges = true): Response {
	const range = /bytes=(\d+)-/.exec(new Headers(request?.headers).get('Range') ?? '');
	const from = range && ranges ? Number(range[1]) : 0;
	const whole = FILE.subarray(from);
	let at = 0;
	const body = new ReadableStream({
		pull(controller) {
			const end = Math.min(at + 100, whole.length, cutAt);
			if (end > at) controller.enqueue(whole.slice(at, end));
			else if (cutAt < whole.length) controller.error(new TypeError('network'));
			else controller.close();
			at = end;
		}
	});
	const status = from > 0 ? 206 : 200;
	return new Response(body, { status, headers: { 'Content-Length': String(whole.length) } });
}

let asked: string[];
let net: Net;

function plan(...steps: ((url: string, init?: RequestInit) => Response | Promise<Response>)[]) {
	vi.stubGlobal('fetch', async (url: string, init?: RequestInit) => {
		asked.push(`${url} ${new Headers(init?.headers).get('Range') ?? ''}`.trim());
		return (steps.length > 1 ? steps.shift()! : steps[0])(url, init);
	});
}

const make = (renew?: () => Promise<string>) => new Net('/v/a/', renew, new Meter(), () => {});
const alive = () => new AbortController().signal;

beforeEach(() => {
	asked = [];
	net = make();
	vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(() => {
	net.close();
	vi.useRealTimers();
	vi.unstubAllGlobals();
});

/** Lets pauses between tries pass. */
async function settle<T>(work: Promise<T>): Promise<T> {
	const ticking = setInterval(() => void vi.advanceTimersByTimeAsync(1000), 1);
	return work.finally(() => clearInterval(ticking));
}

describe('net', () => {
	it('goes on at the byte where the line broke', async () => {
		plan(
			(_, init) => answer(init, 300),
			(_, init) => answer(init, 250),
			(_, init) => answer(init)
		);
		expect(await settle(net.all('x', alive()))).toEqual(FILE);
		expect(asked).toEqual(['/v/a/x', '/v/a/x bytes=300-', '/v/a/x bytes=550-']);
	});

	it('passes over what it has when the server sends all again', async () => {
		plan(
			(_, init) => answer(init, 450),
			(_, init) => answer(init, Infinity, false)
		);
		expect(await settle(net.all('x', alive()))).toEqual(FILE);
	});

	it('tries again after faults of line and server, and says so only when they last', async () => {
		const fault = () => Promise.reject(new TypeError('network'));
		plan(
			fault,
			() => new Response('', { status: 503 }),
			fault,
			(_, init) => answer(init)
		);
		const troubles: unknown[] = [];
		net.close();
		net = new Net('/v/a/', undefined, new Meter(), () => troubles.push(net.trouble));
		expect(await settle(net.all('x', alive()))).toEqual(FILE);
		expect(troubles).toEqual(['offline', null]);
	});

	it('asks once for a fresh address when the token has run out, for all who wait', async () => {
		const renew = vi.fn(async () => '/v/b/');
		net.close();
		net = make(renew);
		plan((url, init) =>
			url.startsWith('/v/a/') ? new Response('', { status: 403 }) : answer(init)
		);
		const both = await settle(Promise.all([net.all('x', alive()), net.all('y', alive())]));
		expect(both).toEqual([FILE, FILE]);
		expect(renew).toHaveBeenCalledTimes(1);
		expect(net.url('z')).toBe('/v/b/z');
	});

	it('gives up when the right is gone, and when fresh addresses do not help', async () => {
		plan(() => new Response('', { status: 403 }));
		await expect(settle(net.all('x', alive()))).rejects.toBeInstanceOf(Refused);
		net.close();
		net = make(async () => '/v/b/');
		await expect(settle(net.all('x', alive()))).rejects.toBeInstanceOf(Refused);
	});

	it('goes on trying while the renewal itself fails for want of a line', async () => {
		let fails = 3;
		net.close();
		net = make(async () => {
			if (fails-- > 0) throw new TypeError('network');
			return '/v/b/';
		});
		plan((url, init) =>
			url.startsWith('/v/a/') ? new Response('', { status: 403 }) : answer(init)
		);
		expect(await settle(net.all('x', alive()))).toEqual(FILE);
	});

	it('says when a file is not there', async () => {
		plan(() => new Response('', { status: 404 }));
		await expect(settle(net.all('x', alive()))).rejects.toBeInstanceOf(Missing);
	});

	it('stops when told to', async () => {
		const abort = new AbortController();
		plan(() => Promise.reject(new TypeError('network')));
		const work = net.all('x', abort.signal);
		setTimeout(() => abort.abort(), 2000);
		await expect(settle(work)).rejects.toThrow();
	});

	it('waits longer each time, but never long', () => {
		expect([1, 2, 3, 4, 5, 9].map((n) => backoff(n, 1))).toEqual([
			500, 1000, 2000, 4000, 8000, 15000
		]);
		expect(backoff(3, 0)).toBeGreaterThanOrEqual(1000);
	});

	it('joins pieces', () => {
		expect(join([new Uint8Array([1]), new Uint8Array([2, 3])], 3)).toEqual(
			new Uint8Array([1, 2, 3])
		);
	});
});
