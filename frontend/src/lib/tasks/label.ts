import { shuffled, type Chance } from '#lib/language/practice/chance.ts';
import type { Spot } from '#lib/services/tasks.ts';

/** A question about a picture: which word is this spot, or which spot is this word. */
export interface Asked {
	spot: Spot;
	/** `word`: the spot is shown and its word is chosen; `spot`: the other way round. */
	choose: 'word' | 'spot';
	/** Words to choose among. */
	words: string[];
	/** It was answered wrong before. */
	again: boolean;
}

const WORDS = 4;

/** Every spot once, every second the other way round. A picture with two spots is too easy to point at. */
export function questions(
	spots: readonly Spot[],
	others: readonly string[],
	chance: Chance
): Asked[] {
	return shuffled(spots, chance).map((spot, i) =>
		ask(spot, i % 2 === 1 && spots.length > 2 ? 'spot' : 'word', spots, others, chance)
	);
}

/** A question about one spot: its word among those of other spots and, where these are few, others of the trade. */
export function ask(
	spot: Spot,
	choose: Asked['choose'],
	spots: readonly Spot[],
	others: readonly string[],
	chance: Chance,
	again = false
): Asked {
	const mine = spots.map((one) => one.word);
	const near = shuffled([...new Set(mine)], chance).filter((word) => word !== spot.word);
	const far = shuffled([...new Set(others)], chance).filter((word) => !mine.includes(word));
	// One word that is not on the picture keeps the last answers from being what is left.
	const wrong = [...far.slice(0, 1), ...near, ...far.slice(1)].slice(0, WORDS - 1);
	return { spot, choose, words: shuffled([spot.word, ...wrong], chance), again };
}

/** How an answer counts in the memory of words: wrong is again, right at the first try is good, later hard. */
export function ratingOf(right: boolean, again: boolean): 1 | 2 | 3 {
	if (!right) return 1;
	return again ? 2 : 3;
}
