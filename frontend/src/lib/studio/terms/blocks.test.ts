import { describe, expect, it, vi } from 'vitest';
import type { BankDetail, Term } from '#lib/services/terms.ts';
import { Blocks } from './blocks.ts';
import { PAGE, TermPages } from './pages.svelte.ts';

describe('the pages of a long table', () => {
	it('lie below each other at their guessed height', () => {
		const blocks = new Blocks(2000, 100);
		expect([blocks.size, blocks.top(3), blocks.at(0), blocks.at(350), blocks.at(1e9)]).toEqual([
			200_000, 300, 0, 3, 1999
		]);
	});

	it('take the height of those that were measured', () => {
		const blocks = new Blocks(10, 100);
		expect([blocks.measure(0, 200), blocks.measure(0, 200), blocks.measure(9, 20)]).toEqual([
			true,
			false,
			true
		]);
		expect([blocks.top(1), blocks.top(9), blocks.size]).toEqual([200, 1800, 1820]);
	});

	it('of an empty table are none', () => {
		const blocks = new Blocks(0, 100);
		expect([blocks.size, blocks.at(50), blocks.measure(0, 10)]).toEqual([0, 0, false]);
	});
});

describe('a bank of which only what is seen is here', () => {
	const total = 100_000;
	const asked: number[] = [];
	const read = async (_query: unknown, skip: number): Promise<BankDetail> => {
		asked.push(skip);
		if (skip === PAGE * 7) throw new TypeError('no line');
		const items = Array.from({ length: PAGE }, (_, i) => ({ id: `${skip + i}` }) as Term);
		return {
			items,
			terms: total,
			languages: ['en'],
			...(skip ? {} : { matching: total })
		} as BankDetail;
	};

	it('fetches the pages in sight once, and forgets those far away', async () => {
		vi.useFakeTimers();
		const pages = new TermPages(read);
		await pages.look({});
		expect([pages.total, pages.count, pages.page(0)?.[0]?.id]).toEqual([total, 4000, '0']);
		pages.want(3, 4);
		pages.want(3, 4);
		await vi.advanceTimersByTimeAsync(100);
		expect(asked).toEqual([0, PAGE * 3, PAGE * 4]);
		for (let n = 100; n < 200; n += 2) {
			pages.want(n, n + 1);
			await vi.advanceTimersByTimeAsync(100);
		}
		expect([pages.page(0), pages.page(199)?.[0]?.id]).toEqual([undefined, String(199 * PAGE)]);
		vi.useRealTimers();
	});

	it('does not fetch what one flies past', async () => {
		vi.useFakeTimers();
		const pages = new TermPages(read);
		await pages.look({});
		asked.length = 0;
		for (let n = 10; n < 1000; n += 10) pages.want(n, n + 1);
		await vi.advanceTimersByTimeAsync(200);
		expect(asked).toEqual([PAGE * 990, PAGE * 991]);
		vi.useRealTimers();
	});

	it('says when a page could not be had, and begins again', async () => {
		const pages = new TermPages(read);
		await pages.look({});
		pages.want(7, 7);
		await vi.waitFor(() => expect(pages.failure).toBeInstanceOf(TypeError));
		await pages.again();
		expect(pages.failure).toBeUndefined();
	});
});
