import { describe, expect, it } from 'vitest';
import { sameLeaf } from '../core/leaves.ts';
import { changed, shifted, without, worded } from './list.ts';

const list = [
	{ id: 'a', n: 1 },
	{ id: 'b', n: 2 }
];

describe('lists that are edited as one', () => {
	it('change, lose and move one item and leave the given list as it is', () => {
		expect(changed(list, 'b', { n: 3 })).toEqual([list[0], { id: 'b', n: 3 }]);
		expect(without(list, 'a')).toEqual([list[1]]);
		expect(shifted(list, 'b', -1)).toEqual([list[1], list[0]]);
		expect(shifted(list, 'b', 1)).toEqual(list);
		expect(list.map((item) => item.id)).toEqual(['a', 'b']);
	});
	it('are the same when they say the same, whatever is empty and in whichever order it stands', () => {
		const mine = [{ id: 'a', text: worded({ en: ' Stop ' }, 'ru', ''), free: false }];
		expect(sameLeaf(mine, [{ text: { en: 'Stop' }, id: 'a' }])).toBe(true);
		expect(sameLeaf(mine, [{ text: { en: 'Go' }, id: 'a' }])).toBe(false);
		expect(sameLeaf(mine, [])).toBe(false);
	});
});
