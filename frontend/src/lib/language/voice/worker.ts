import { Clip } from './clip.ts';
import { judge, type Said } from './judge.ts';
import type { Voice } from './range.ts';
import { RATE } from './resample.ts';
import type { Syllable } from './syllables.ts';

/** What the page asks. Sound of one clip comes in pieces, so that little is left to do when it ends. */
export type Ask =
	| { do: 'begin'; rate: number }
	| { do: 'sound'; samples: Float32Array }
	| { do: 'end'; id: number; syllables: Syllable[]; voice?: Voice };

/** What the page is told: the verdict, and the clip at 16 kHz to be heard again. */
export interface Answer {
	id: number;
	said: Said;
	samples: Float32Array<ArrayBuffer>;
	/** Milliseconds from the end of the sound to the verdict. */
	took: number;
}

let clip = new Clip(RATE);

function handle(ask: Ask): Answer | undefined {
	if (ask.do === 'begin') clip = new Clip(ask.rate);
	else if (ask.do === 'sound') clip.push(ask.samples);
	else {
		const began = performance.now();
		const { frames, samples } = clip.end();
		const said = judge(frames, ask.syllables, ask.voice);
		return { id: ask.id, said, samples, took: performance.now() - began };
	}
	return undefined;
}

// The first seconds of a program are its slowest: they are spent on a hum, not on the learner.
const warm = new Clip(RATE);
warm.push(
	Float32Array.from({ length: RATE }, (_, i) => Math.sin(i / 20) * 0.1 + Math.sin(i / 10) * 0.05)
);
judge(warm.end().frames, []);

addEventListener('message', ({ data }: MessageEvent<Ask>) => {
	const answer = handle(data);
	if (answer) postMessage(answer, { transfer: [answer.samples.buffer] });
});
