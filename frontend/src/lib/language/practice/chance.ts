/** A source of numbers in [0, 1), as `Math.random` is one. */
export type Chance = () => number;

/** A source that gives the same numbers for the same seed (mulberry32). */
export function seeded(seed: number): Chance {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let t = Math.imul(state ^ (state >>> 15), state | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
	};
}

/** The same things in another order (Fisher–Yates). */
export function shuffled<T>(things: readonly T[], chance: Chance): T[] {
	const all = [...things];
	for (let i = all.length - 1; i > 0; i--) {
		const j = Math.floor(chance() * (i + 1));
		[all[i], all[j]] = [all[j] as T, all[i] as T];
	}
	return all;
}

/** Shuffled so that the order differs from the given one, where two pieces differ at all. */
export function disordered(pieces: readonly string[], chance: Chance): string[] {
	const straight = pieces.join('');
	for (let tries = 0; tries < 8; tries++) {
		const mixed = shuffled(pieces, chance);
		if (mixed.join('') !== straight) return mixed;
	}
	return [...pieces].reverse();
}
