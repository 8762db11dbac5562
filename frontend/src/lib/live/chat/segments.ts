/** A piece of a message: a run of Chinese, an address, or other text. */
export interface Piece {
	text: string;
	kind: 'chinese' | 'link' | 'text';
	/** Of Chinese: its words, which can be looked up, and what stands between them. */
	words: { text: string; han: boolean }[];
}

const LINK = /(https?:\/\/[^\s<>"，。！？；、）】》]+[^\s<>"，。！？；、）】》.,!?;:)])/g;
const RUN = /(\p{Script=Han}(?:[\p{Script=Han}，。、！？；：（）“”《》…0-9]*))/u;
const HAN = /\p{Script=Han}/u;

let segmenter: Intl.Segmenter | undefined;

/** Chinese cut into words by the browser's dictionary; without one, into characters. */
function wordsOf(run: string): Piece['words'] {
	if (typeof Intl.Segmenter !== 'undefined')
		segmenter ??= new Intl.Segmenter('zh-CN', { granularity: 'word' });
	const parts = segmenter ? Array.from(segmenter.segment(run), ({ segment }) => segment) : [...run];
	return parts.map((text) => ({ text, han: HAN.test(text) }));
}

/** Cuts a message into pieces; put together again they are the message. */
export function piecesOf(message: string): Piece[] {
	const pieces: Piece[] = [];
	for (const [i, part] of message.split(LINK).entries()) {
		if (i % 2) {
			pieces.push({ text: part, kind: 'link', words: [] });
			continue;
		}
		for (const [j, run] of part.split(RUN).entries()) {
			if (j % 2) pieces.push({ text: run, kind: 'chinese', words: wordsOf(run) });
			else if (run) pieces.push({ text: run, kind: 'text', words: [] });
		}
	}
	return pieces;
}
