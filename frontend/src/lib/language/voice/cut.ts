import type { Melody } from './melody.ts';
import type { Syllable } from './syllables.ts';

/** Frames [from, to) of a syllable. */
export interface Cut {
	from: number;
	to: number;
}

/** No syllable is shorter than 60 ms. */
const SHORTEST = 6;
/** Frames on each side in which a dip of the level is looked for. */
const NEAR = 12;
const PAUSE = 12;
const LENGTH_WEIGHT = 1.6;
const MUTE_COST = 3;

/** The part of a recording that is speech: from the first to the last sound of 50 ms with some voice in or near it. */
export function speechIn({ sounding, pitch }: Melody): Cut {
	const runs: Cut[] = [];
	for (let i = 0, from = -1; i <= sounding.length; i++) {
		if (sounding[i] && from < 0) from = i;
		if (!sounding[i] && from >= 0) {
			runs.push({ from, to: i });
			from = -1;
		}
	}
	const voiced = ({ from, to }: Cut) =>
		pitch.slice(from, to).filter((st) => !Number.isNaN(st)).length >= 4;
	const first = runs.findIndex(voiced);
	if (first < 0) return { from: 0, to: 0 };
	const last = runs.findLastIndex(voiced);
	// A hiss close before the first vowel is its consonant.
	const before = runs[first - 1];
	const close = before && runs[first].from - before.to < 8 && before.to - before.from >= 3;
	return { from: close ? before.from : runs[first].from, to: runs[last].to };
}

/** How much a frame looks like the seam before a syllable: 0…1 and a little more. */
function seams(
	{ level, hiss, pitch }: Melody,
	{ from, to }: Cut
): Record<Syllable['onset'], number[]> {
	const out = { stop: [] as number[], sonorant: [] as number[], vowel: [] as number[] };
	for (let i = from; i < to; i++) {
		const around = (a: number, b: number) =>
			Math.max(...level.slice(Math.max(from, a), Math.min(to, b)));
		const peak = Math.min(around(i - NEAR, i + 1), around(i, i + NEAR + 1));
		const dip = Math.min(1, Math.max(0, peak - level[i]) / 14);
		const mute = Number.isNaN(pitch[i]) ? 1 : 0;
		const [a, b] = [Math.max(from, i - 3), Math.min(to - 1, i + 3)];
		const change =
			Math.min(1, Math.abs(hiss[b] - hiss[a]) * 4) * 0.5 +
			Math.min(1, Math.abs(level[b] - level[a]) / 10) * 0.5;
		out.stop[i] = 0.75 * mute + 0.5 * dip + 0.15 * change;
		out.sonorant[i] = 0.9 * dip + 0.45 * change - 0.15 * mute;
		out.vowel[i] = 0.9 * dip + 0.25 * change + 0.1 * mute;
	}
	return out;
}

function shares(syllables: readonly Syllable[]): number[] {
	return syllables.map((one, i) => {
		const last = i === syllables.length - 1;
		return (one.tone === 5 ? 0.65 : 1) * (last ? 1.2 : 1) * (one.onset === 'vowel' ? 0.9 : 1);
	});
}

/** Time that counts: long pauses between words make no syllable longer. */
function spokenTime({ sounding }: Melody, { from, to }: Cut): number[] {
	const time = [0];
	for (let i = from, still = 0; i < to; i++) {
		still = sounding[i] ? 0 : still + 1;
		time.push(time[i - from] + (still > PAUSE ? 0 : 1));
	}
	return time;
}

/**
 * Cuts speech into the syllables that are known to be in it: the seams lie where the level dips or the voice stops, and
 * no syllable is much longer than its share. Undefined when there is not room for all.
 */
export function cut(
	melody: Melody,
	syllables: readonly Syllable[],
	within = speechIn(melody)
): Cut[] | undefined {
	const { from, to } = within;
	const length = to - from;
	const count = syllables.length;
	if (count === 0 || length < count * SHORTEST) return undefined;
	const seam = seams(melody, within);
	const time = spokenTime(melody, within);
	const share = shares(syllables);
	const unit = time[length] / share.reduce((a, b) => a + b, 0);
	const voiced = [0];
	for (let i = 0; i < length; i++)
		voiced.push(voiced[i] + (Number.isNaN(melody.pitch[from + i]) ? 0 : 1));

	const piece = (k: number, a: number, b: number) => {
		const span = Math.max(1, time[b] - time[a]);
		const mute = voiced[b] - voiced[a] < 3 ? MUTE_COST : 0;
		return LENGTH_WEIGHT * Math.log(span / (unit * share[k])) ** 2 + mute;
	};
	const longest = Math.max(SHORTEST * 3, Math.ceil((length / count) * 4));
	let best = new Float64Array(length + 1).fill(Infinity);
	best[0] = 0;
	const back: Int32Array[] = [];
	for (let k = 0; k < count; k++) {
		const next = new Float64Array(length + 1).fill(Infinity);
		const way = new Int32Array(length + 1);
		const final = k === count - 1;
		for (
			let b = final ? length : (k + 1) * SHORTEST;
			b <= length - (count - 1 - k) * SHORTEST;
			b++
		) {
			const gain = final ? 0 : seam[syllables[k + 1].onset][from + b];
			for (let a = Math.max(k * SHORTEST, b - longest); a <= b - SHORTEST; a++) {
				if (best[a] === Infinity) continue;
				const cost = best[a] + piece(k, a, b) - gain;
				if (cost < next[b]) {
					next[b] = cost;
					way[b] = a;
				}
			}
		}
		best = next;
		back.push(way);
	}
	if (best[length] === Infinity) return undefined;
	const cuts: Cut[] = [];
	for (let k = count - 1, b = length; k >= 0; k--) {
		const a = back[k][b];
		cuts.unshift({ from: from + a, to: from + b });
		b = a;
	}
	return cuts;
}
