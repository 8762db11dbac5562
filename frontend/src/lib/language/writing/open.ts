import { loadMessages, locale } from '#lib/i18n';

/** A part of writing with its texts, once somebody wants it: no page carries them unasked. */
async function withTexts<T>(part: Promise<T>): Promise<T> {
	const [loaded] = await Promise.all([part, loadMessages(locale(), 'later')]);
	return loaded;
}

export const openWriting = () => withTexts(import('./Writing.svelte')).then((part) => part.default);
export const openWriteTask = () =>
	withTexts(import('./WriteTask.svelte')).then((part) => part.default);
export const openDraw = () => withTexts(import('./Draw.svelte')).then((part) => part.default);
export const openKeep = () =>
	withTexts(import('#lib/kept/KeepUnit.svelte')).then((part) => part.default);
export const openKeptLines = () =>
	withTexts(import('#lib/kept/KeptLines.svelte')).then((part) => part.default);
