/**
 * Whether Enter sends what was typed. While an input method composes, Enter chooses a word: most browsers say so with
 * `isComposing`; Safari has ended the composition before it tells of the key, and leaves only the code 229.
 */
export function sends(event: KeyboardEvent): boolean {
	if (event.key !== 'Enter' || event.shiftKey || event.altKey || event.ctrlKey) return false;
	return !event.isComposing && event.keyCode !== 229;
}
