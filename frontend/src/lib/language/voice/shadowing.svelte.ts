import type { Analyst } from './analyst.ts';
import { Ending } from './ending.ts';
import type { Said } from './judge.ts';
import { keepInput, keepVoice, knownInput, knownVoice } from './memory.ts';
import { levelOf, Microphone, MicrophoneError, type NoMicrophone } from './microphone.ts';
import { RATE } from './resample.ts';
import type { Syllable } from './syllables.ts';
import type { Sound } from './teacher.ts';
import { wav } from './wav.ts';

/** What is on: nothing yet, the microphone is being opened, it records, the recording is judged, the verdict is there. */
export type Phase = 'idle' | 'opening' | 'recording' | 'judging' | 'told';

type Ear = Pick<Microphone, 'rate' | 'listen' | 'close'>;

/** What a recording needs from the world. */
export interface Outside {
	analyst: Pick<Analyst, 'begin' | 'push' | 'end'>;
	open(input?: string): Promise<Ear>;
}

/** Seconds that somebody may take for a line: slow speakers twice its usual length. */
const longest = (syllables: number) => Math.min(20, 4 + syllables * 0.9);

/** One line or word that is said after a teacher. Reactive. Sound stays in here; `close` forgets it. */
export class Shadowing {
	phase = $state<Phase>('idle');
	trouble = $state<NoMicrophone>();
	/** Level of the microphone, dB. */
	level = $state(-100);
	said = $state.raw<Said>();
	/** The recording as a file that can be heard again. */
	mine = $state<string>();
	/** Milliseconds from the end of the recording to its verdict. */
	took = $state(0);

	private ear: Ear | undefined;
	private turn = 0;

	constructor(
		readonly syllables: readonly Syllable[],
		private readonly outside: Outside,
		private readonly ontold?: (said: Said) => void
	) {}

	/** Records until the learner is silent or stops it. Never rejects: `trouble` says why nothing was recorded. */
	async record(): Promise<void> {
		const turn = ++this.turn;
		this.drop();
		this.trouble = undefined;
		this.phase = 'opening';
		try {
			const ear = await this.outside.open(knownInput());
			if (turn !== this.turn) return ear.close();
			this.ear = ear;
		} catch (error) {
			if (turn !== this.turn) return;
			this.trouble = error instanceof MicrophoneError ? error.why : 'busy';
			this.phase = this.said ? 'told' : 'idle';
			return;
		}
		const { rate } = this.ear;
		const ending = new Ending(longest(this.syllables.length));
		this.outside.analyst.begin(rate);
		this.phase = 'recording';
		this.ear.listen((samples) => {
			this.outside.analyst.push(samples);
			this.level = levelOf(samples);
			if (ending.hear(this.level, samples.length / rate)) void this.stop();
		});
	}

	/** Ends the recording and judges it. */
	async stop(): Promise<void> {
		if (this.phase !== 'recording') return;
		const turn = this.turn;
		this.drop();
		this.phase = 'judging';
		const { said, samples, took } = await this.outside.analyst.end(this.syllables, knownVoice());
		if (turn !== this.turn) return;
		if (!said.unfit) keepVoice(said.voice);
		this.forget();
		this.mine = URL.createObjectURL(wav(samples, RATE));
		this.said = said;
		this.took = took;
		this.phase = 'told';
		this.ontold?.(said);
	}

	/** Another microphone from now on. */
	choose(input: string): void {
		keepInput(input || undefined);
	}

	close(): void {
		this.turn++;
		this.drop();
		this.forget();
	}

	private drop(): void {
		this.ear?.close();
		this.ear = undefined;
		this.level = -100;
	}

	private forget(): void {
		if (this.mine) URL.revokeObjectURL(this.mine);
		this.mine = undefined;
	}
}

/** The microphone of this device. */
export const openMicrophone = (input?: string) => Microphone.open(input);

/** A teacher's line: to be heard, and as it was said. */
export interface Teacher {
	url: string;
	said?: Said;
}

/** The voices of teachers, by what they spoke in: each of their lines tells more of them. */
const teachers = new Map<string, Said['voice']>();

/** Listens to a teacher's line. */
export async function hearTeacher(
	analyst: Analyst,
	key: string,
	{ samples, rate }: Sound,
	syllables: readonly Syllable[]
): Promise<Teacher> {
	const { said } = await analyst.judge(samples, rate, syllables, teachers.get(key));
	teachers.set(key, said.voice);
	return { url: URL.createObjectURL(wav(samples, rate)), said: said.unfit ? undefined : said };
}
