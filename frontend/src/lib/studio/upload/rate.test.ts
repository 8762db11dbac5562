import { describe, expect, it } from 'vitest';
import { fingerprint } from './fingerprint';
import { chunkSize, Rate } from './rate';

describe('the speed of an upload', () => {
	it('is that of the last fifteen seconds', () => {
		const rate = new Rate();
		for (let s = 0; s <= 30; s++)
			rate.add(s < 15 ? s * 1000 : 15_000 + (s - 15) * 50_000, s * 1000);
		expect(rate.bytesPerSecond).toBeCloseTo(50_000, -2);
	});

	it('is unknown at first and after the line was away', () => {
		const rate = new Rate();
		rate.add(1000, 0);
		expect(rate.bytesPerSecond).toBe(0);
		rate.add(9000, 1000);
		rate.add(4000, 2000);
		expect(rate.bytesPerSecond).toBe(0);
	});

	it('decides how much one request carries: eight seconds, within bounds', () => {
		expect(chunkSize(0)).toBe(1024 * 1024);
		expect(chunkSize(8000)).toBe(512 * 1024);
		expect(chunkSize(262_144)).toBe(2 * 1024 * 1024);
		expect(chunkSize(1e9)).toBe(16 * 1024 * 1024);
	});
});

describe('a file is known again', () => {
	const file = (bytes: BlobPart, name = 'a.mp4', lastModified = 1) =>
		new File([bytes], name, { lastModified });

	it('by name, size, date and its first and last bytes', async () => {
		const long = new Uint8Array(3 << 20).fill(7);
		const sum = await fingerprint(file(long));
		expect(await fingerprint(file(long))).toBe(sum);
		expect(await fingerprint(file(long, 'b.mp4'))).not.toBe(sum);
		expect(await fingerprint(file(long, 'a.mp4', 2))).not.toBe(sum);
		for (const at of [0, long.length - 1]) {
			const other = long.slice();
			other[at] = 8;
			expect(await fingerprint(file(other))).not.toBe(sum);
		}
	});

	it('also when it is tiny', async () => {
		expect(await fingerprint(file('x'))).not.toBe(await fingerprint(file('y')));
	});
});
