import { describe, expect, it } from 'vitest';
import { base64, where, why } from './problems.ts';

describe('problems of a list', () => {
	it('are told with file and line, those of a whole file without', () => {
		const problem = {
			file: 'level-1.txt',
			line: 3,
			code: 'twice',
			text: '爱',
			other: 'level-1.txt:1'
		} as const;
		expect(where(problem)).toContain('3');
		expect(why(problem)).toContain('level-1.txt:1');
		expect(where({ file: 'words.txt', line: 0, code: 'no_level' })).toBe('words.txt');
	});
	it('files travel byte for byte, whatever their size', () => {
		const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i % 256);
		const back = Uint8Array.from(atob(base64(bytes)), (c) => c.charCodeAt(0));
		expect(back).toEqual(bytes);
	});
});
