/** Samples that are taken over at once, in which two parts are faded into one another, and by which a part may be moved for that. */
const HOP = 1440;
const OVERLAP = 480;
const SEARCH = 480;
/** Correlation is computed on every fourth sample. */
const STEP = 4;

/** How far from `ideal` the sound goes on most like what was written at `at`. */
function bestLag(from: Float32Array, to: Float32Array, at: number, ideal: number): number {
	let best = 0;
	let most = -Infinity;
	for (let lag = -SEARCH; lag <= SEARCH; lag += STEP) {
		if (ideal + lag < 0 || ideal + lag + OVERLAP > from.length) continue;
		let both = 0;
		let own = 1e-9;
		for (let i = 0; i < OVERLAP; i += STEP) {
			const one = from[ideal + lag + i];
			both += to[at + i] * one;
			own += one * one;
		}
		const alike = both / Math.sqrt(own);
		if (alike > most) [most, best] = [alike, lag];
	}
	return best;
}

/** Makes a voice quicker or slower and keeps its pitch. */
export function atTempo(samples: Float32Array, speed: number): Float32Array<ArrayBuffer> {
	const out = new Float32Array(Math.max(1, Math.round(samples.length / speed)));
	out.set(samples.subarray(0, Math.min(HOP + OVERLAP, out.length)));
	for (let at = HOP; at + OVERLAP < out.length; at += HOP) {
		const ideal = Math.round(at * speed);
		const start = ideal + bestLag(samples, out, at, ideal);
		const end = Math.min(at + HOP + OVERLAP, out.length);
		for (let i = at; i < end; i++) {
			const share = Math.min(1, (i - at) / OVERLAP);
			out[i] = out[i] * (1 - share) + (samples[start + i - at] ?? 0) * share;
		}
	}
	return out;
}
