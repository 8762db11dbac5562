import { describe, expect, it } from 'vitest';
import { altOf, block, link, picture, prefix, wrap } from './format';

const at = (marked: string) => {
	const start = marked.indexOf('[');
	const end = marked.indexOf(']') - 1;
	return { text: marked.replace(/[[\]]/g, ''), start, end };
};
const show = ({ text, start, end }: { text: string; start: number; end: number }) =>
	`${text.slice(0, start)}[${text.slice(start, end)}]${text.slice(end)}`;

describe('the reading editor', () => {
	it('makes words bold and takes it back', () => {
		const bold = wrap(at('a [word] b'), '**');
		expect(show(bold)).toBe('a **[word]** b');
		expect(show(wrap(bold, '**'))).toBe('a [word] b');
	});

	it('makes a list of the selected lines, another kind of list of it, and plain lines again', () => {
		const list = prefix(at('x\n[one\ntwo]\ny'), '- ');
		expect(list.text).toBe('x\n- one\n- two\ny');
		const numbers = prefix(list, 'number');
		expect(numbers.text).toBe('x\n1. one\n2. two\ny');
		expect(prefix(numbers, 'number').text).toBe('x\none\ntwo\ny');
	});

	it('puts a picture on lines of its own and selects its description', () => {
		const made = block(at('before[]\nafter'), picture('id', 'lathe'), 'lathe');
		expect(show(made)).toBe('before\n\n![[lathe]](asset:id)\n\nafter');
		expect(show(block(at('[]'), '| a |'))).toBe('[]| a |\n');
	});

	it('keeps brackets of a file name out of a description', () => {
		expect(picture('id', altOf('lathe_[front]-2.jpeg'))).toBe('![lathe  front  2](asset:id)');
	});

	it('selects the address of a new link', () => {
		expect(show(link(at('see [here]'), 'link'))).toBe('see [here]([https://])');
	});
});
