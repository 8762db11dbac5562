import { describe, expect, it } from 'vitest';
import type { LogEvent } from '../protocol.ts';
import { ofClass, Timeline } from './timeline.ts';

const event = (offset: number, name: string, data: object, more: object = {}): LogEvent => ({
	event: name,
	offset,
	at: 1000 * offset,
	by: 'teacher',
	data: data as Record<string, unknown>,
	...more
});

const stroke = (offset: number, object: string, page = 'one') =>
	event(offset, 'stroke.added', { page, object, color: 'ink', size: 4, points: [1, 1, 1] });

const LOG = [
	event(1, 'class.opened', { page: 'one' }),
	event(2, 'class.started', {}),
	stroke(3, 'a'),
	event(4, 'chat.posted', { message: 'm', name: 'Teacher', text: '你好' }),
	event(5, 'page.added', { page: 'two', kind: 'grid', hanzi: '停' }),
	stroke(6, 'b', 'two'),
	event(7, 'object.removed', { page: 'two', objects: ['b'] })
];

describe('the timeline of a class', () => {
	it('is at any moment what the class was then, also after going back', () => {
		const line = new Timeline(LOG);
		line.seek(4500);
		expect(line.objects().map(({ object }) => object)).toEqual(['a']);
		expect(line.room.chat.map(({ text }) => text)).toEqual(['你好']);
		line.seek(6500);
		expect(line.room.page).toBe('two');
		expect(line.objects().map(({ object }) => object)).toEqual(['b']);
		line.seek(8000);
		expect(line.objects()).toEqual([]);
		expect(line.seek(3500)).toBe(true);
		expect(line.room.page).toBe('one');
		expect(line.room.chat).toEqual([]);
		expect(line.objects().map(({ object }) => object)).toEqual(['a']);
	});

	it('tells each event once on the way ahead', () => {
		const line = new Timeline(LOG);
		const heard: string[] = [];
		line.seek(3500, (e) => heard.push(e.event));
		line.seek(5500, (e) => heard.push(e.event));
		expect(heard).toEqual(LOG.slice(0, 5).map((e) => e.event));
	});

	it('leaves out what happened in breakout rooms', () => {
		const other = event(9, 'chat.posted', { message: 'x', text: 'apart' }, { space: '1' });
		expect(ofClass([...LOG, other])).toEqual(LOG);
	});
});
