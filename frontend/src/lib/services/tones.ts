import { api, take, type Schema } from '#lib/api/client.ts';

/** Words to practise tones with, and how the latest answers went. */
export type TonePractice = Schema<'TonePractice'>;
/** How often tones were taken for others, or rightly for themselves. */
export type ToneAnswers = Schema<'ToneAnswers'>;

/** What the learner practises tones with. */
export function tonePractice(): Promise<TonePractice> {
	return take(api.GET('/api/tones'));
}
