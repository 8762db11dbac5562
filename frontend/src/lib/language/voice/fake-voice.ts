import { RATE } from './resample.ts';
import type { Tone } from './syllables.ts';

// A voice for tests: pulses of a glottis through the formants of vowels, with consonants of noise and hums of nasals.

/** A speaker. */
export interface Speaker {
	/** Hz in the middle of the voice. */
	middle: number;
	/** Semitones from the deepest to the highest tone. */
	width: number;
	/** Formants against a man's: 1 for a man, 1.17 for a woman. */
	throat?: number;
}

/** What is said. */
export interface FakeSyllable {
	pinyin: string;
	tone: Tone;
}

export interface Manner {
	random: () => number;
	/** Seconds of a usual syllable. */
	pace?: number;
	/** Falling and low tones end in creak. */
	creak?: boolean;
	/** How much the tones vary, on the scale of five. */
	loose?: number;
}

const LINES: Record<Tone, number[]> = {
	1: [4.5, 4.5, 4.5, 4.5, 4.5],
	2: [2.5, 2.3, 2.8, 3.9, 5],
	3: [1.9, 0.8, 0.3, 0.7, 2],
	4: [4.9, 4.5, 3.4, 2, 0.6],
	5: [2.6, 2.4, 2.2, 2, 1.9]
};
const HALF_THIRD = [2, 1.4, 0.8, 0.4, 0.2];
const HALF_FOURTH = [4.9, 4.6, 4, 3.3, 2.6];
const NEUTRAL: Record<Tone, number[]> = {
	1: [3, 2.7, 2.4, 2.1, 1.8],
	2: [3.4, 3.1, 2.8, 2.5, 2.2],
	3: [2.2, 2.8, 3.1, 3.2, 3],
	4: [1.3, 1.1, 0.9, 0.7, 0.6],
	5: [2, 1.9, 1.8, 1.7, 1.6]
};

const FORMANTS: [RegExp, number[]][] = [
	[/a/, [750, 1250, 2500]],
	[/o/, [480, 850, 2450]],
	[/e/, [480, 1300, 2400]],
	[/[uw]/, [340, 700, 2300]],
	[/[vü]/, [300, 1900, 2300]],
	[/[iy]/, [300, 2200, 2900]]
];

/** A generator of numbers from 0 to 1 that gives the same ones each time. */
export function dice(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
}

interface Plan {
	from: number;
	voiceFrom: number;
	to: number;
	onset: 'stop' | 'hiss' | 'nasal' | 'none';
	formants: number[];
	line: number[];
	creak: boolean;
}

const at = (line: readonly number[], x: number) => {
	const p = Math.min(line.length - 1.001, Math.max(0, x * (line.length - 1)));
	const i = Math.floor(p);
	return line[i] + (line[i + 1] - line[i]) * (p - i);
};

function lineOf(tone: Tone, before: Tone | undefined, last: boolean): number[] {
	if (tone === 5) return NEUTRAL[before ?? 5];
	if (tone === 3 && !last) return HALF_THIRD;
	if (tone === 4 && !last) return HALF_FOURTH;
	return LINES[tone];
}

function plan(
	said: readonly FakeSyllable[],
	{ random, pace = 0.27, creak = true, loose = 0.3 }: Manner
): Plan[] {
	let time = 0.3;
	return said.map(({ pinyin, tone }, i): Plan => {
		const plain = pinyin.normalize('NFD').replace(/[\u0300-\u036f]/g, '');
		const last = i === said.length - 1;
		const onset = /^[mnlr]/.test(plain)
			? 'nasal'
			: /^[aoeyw]/.test(plain)
				? 'none'
				: /^[bdgptk]/.test(plain)
					? 'stop'
					: 'hiss';
		const long = pace * (tone === 5 ? 0.55 : 1) * (last ? 1.2 : 1) * (0.88 + 0.24 * random());
		const lead = { stop: 0.07, hiss: 0.09, nasal: 0.05, none: 0.02 }[onset];
		const shift = (random() - 0.5) * 2 * loose;
		const stretch = 1 + (random() - 0.5) * loose;
		const line = lineOf(tone, said[i - 1]?.tone, last).map((v, _, all) => {
			const mean = all.reduce((a, b) => a + b, 0) / all.length;
			return mean + (v - mean) * stretch + shift;
		});
		const from = time;
		time += lead + long;
		const vowel = plain.replace(/^(zh|ch|sh|[^aeiouv])/, '') || plain;
		const formants = FORMANTS.find(([sound]) => sound.test(vowel))?.[1] ?? FORMANTS[2][1];
		return {
			from,
			voiceFrom: from + lead,
			to: time,
			onset,
			formants,
			line,
			creak: creak && last && (tone === 4 || tone === 3)
		};
	});
}

class Resonator {
	private y1 = 0;
	private y2 = 0;
	step(x: number, hz: number, width: number): number {
		const r = Math.exp((-Math.PI * width) / RATE);
		const c = 2 * r * Math.cos((2 * Math.PI * hz) / RATE);
		const y = x * (1 - c + r * r) + c * this.y1 - r * r * this.y2;
		this.y2 = this.y1;
		return (this.y1 = y);
	}
}

/** Says syllables: samples at 16 kHz with silence before and after. */
export function say(said: readonly FakeSyllable[], speaker: Speaker, manner: Manner): Float32Array {
	const { random } = manner;
	const plans = plan(said, manner);
	const length = Math.ceil((plans[plans.length - 1].to + 0.35) * RATE);
	const out = new Float32Array(length);
	const throat = speaker.throat ?? (speaker.middle > 165 ? 1.17 : 1);
	const formants = [new Resonator(), new Resonator(), new Resonator()];
	let [phase, glottis, lips, place, level, n] = [0, 0, 0, 2.5, 0, 0];
	for (let i = 0; i < length; i++) {
		const t = i / RATE;
		const now = plans.find((p) => t >= p.from && t < p.to);
		let source = 0;
		let noise = 0;
		let wanted = 0;
		if (now && (t >= now.voiceFrom || now.onset === 'nasal' || now.onset === 'none')) {
			const x = (t - now.from) / (now.to - now.from);
			const goal = at(now.line, (t - now.voiceFrom) / (now.to - now.voiceFrom));
			// The voice takes some 40 ms to get from one tone to the next.
			place += (goal - place) * (1 - Math.exp(-1 / (0.018 * RATE)));
			let hz = speaker.middle * 2 ** (((place - 2.5) / 5) * (speaker.width / 12));
			const creaking = now.creak && x > (now.line[4] < now.line[0] - 2 ? 0.78 : 0.99);
			if (creaking) hz *= 0.55 + 0.3 * (n % 2) * random();
			phase += hz / RATE;
			if (phase >= 1) {
				phase -= 1 + (creaking ? 0.35 : 0.01) * (random() - 0.5);
				n++;
				source = 1;
			}
			const edge = Math.min(1, (t - now.from) / 0.03, (now.to - t) / 0.03);
			wanted = (creaking ? 0.35 : 1) * (t < now.voiceFrom ? 0.3 : 1) * (0.35 + 0.65 * edge);
		} else if (now?.onset === 'hiss') noise = 0.05;
		else if (now?.onset === 'stop' && now.voiceFrom - t < 0.015) noise = 0.08;
		level += (wanted - level) * (1 - Math.exp(-1 / (0.006 * RATE)));
		glottis = 0.97 * glottis + source;
		let y = glottis * level;
		const f = now?.formants ?? [500, 1500, 2500];
		y = formants[0].step(y, f[0] * throat, 80);
		y = formants[1].step(y, f[1] * throat, 110);
		y = formants[2].step(y, f[2] * throat, 160);
		const radiated = y - 0.9 * lips;
		lips = y;
		out[i] = radiated + noise * (random() - 0.5);
	}
	return toPeak(out, 0.3);
}

/** The same sound with its loudest sample at a level. */
export function toPeak(samples: Float32Array, peak: number): Float32Array {
	const most = samples.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
	return samples.map((one) => (most ? (one / most) * peak : 0));
}

/** The same sound louder or softer. */
export function amplify(samples: Float32Array, db: number): Float32Array {
	return samples.map((one) => one * 10 ** (db / 20));
}

/** The sound in noise that is so many dB below its speech. */
export function inNoise(samples: Float32Array, db: number, random: () => number): Float32Array {
	const loud = samples.filter((one) => Math.abs(one) > 0.005);
	const power = loud.reduce((a, b) => a + b * b, 0) / Math.max(1, loud.length);
	const noise = Math.sqrt(power / 10 ** (db / 10));
	return samples.map((one) => {
		const gauss = Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random());
		return one + noise * gauss;
	});
}
