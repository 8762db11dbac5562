// Chinese spoken: as a term bank has it recorded, or by the device itself, which fetches no sound.
let voices = $state.raw<readonly SpeechSynthesisVoice[]>([]);
let listening = false;

const rank = (one: SpeechSynthesisVoice) =>
	(one.localService ? 2 : 0) + (/^(zh[-_]CN|cmn)/i.test(one.lang) ? 1 : 0);

/** The voices for Mandarin, those that work without a line first. Cantonese reads other sounds. */
export function mandarin(all: readonly SpeechSynthesisVoice[]): SpeechSynthesisVoice[] {
	return all
		.filter((one) => /^(zh|cmn)/i.test(one.lang) && !/HK|yue/i.test(one.lang))
		.sort((a, b) => rank(b) - rank(a));
}

function look(): void {
	voices = mandarin(speechSynthesis.getVoices());
}

/** Whether the device speaks Chinese; browsers tell only after a while. Reactive. */
export function hasVoice(): boolean {
	if (!listening && typeof speechSynthesis !== 'undefined') {
		listening = true;
		speechSynthesis.addEventListener('voiceschanged', look);
		queueMicrotask(look);
	}
	return voices.length > 0;
}

/** Speaks a word, a little slower than people do; `talker` counts through the voices of the device. */
export function speak(text: string, talker = 0): void {
	const voice = voices[talker % Math.max(1, voices.length)];
	if (!voice) return;
	const words = new SpeechSynthesisUtterance(text);
	words.voice = voice;
	words.lang = voice.lang;
	words.rate = 0.85;
	speechSynthesis.cancel();
	speechSynthesis.speak(words);
}

let playing: HTMLAudioElement | undefined;

/** Whether a word can be heard here: by its own recording, or by the device's voice. Reactive. */
export function canSay(word: { audio?: string }): boolean {
	return hasVoice() || Boolean(word.audio);
}

/** Says a word: its recording first; where that cannot be had, the device's voice. Rejects when there is neither. */
export async function say({ hanzi, audio }: { hanzi: string; audio?: string }): Promise<void> {
	playing?.pause();
	if (typeof speechSynthesis !== 'undefined') speechSynthesis.cancel();
	if (audio) {
		playing = new Audio(audio);
		try {
			return await playing.play();
		} catch (error) {
			// Another word was asked for, or the page may not sound before it is touched: that is no bad line.
			if (['AbortError', 'NotAllowedError'].includes((error as Error).name)) return;
		}
	}
	if (!hasVoice()) throw new Error('nothing to hear');
	speak(hanzi);
}
