import { m } from '#lib/i18n';
import type { Missing, PollDraft } from './polls.ts';

/** Questions that are asked often. They keep the words of a question that was written already. */
export function templates(draft: PollDraft): { name: string; draft: PollDraft }[] {
	const made = (options: string[], question = draft.question): PollDraft => ({
		...draft,
		kind: 'single',
		question,
		options,
		correct: [],
		graded: draft.graded
	});
	return [
		{ name: m.rounds_template_yes_no(), draft: made([m.rounds_yes(), m.rounds_no()]) },
		{ name: m.rounds_template_letters(), draft: made(['A', 'B', 'C', 'D']) },
		{
			name: m.rounds_template_understood(),
			draft: {
				...made(
					[m.rounds_understood_yes(), m.rounds_understood_partly(), m.rounds_understood_no()],
					m.rounds_template_understood()
				),
				graded: false
			}
		}
	];
}

/** What to do about what is missing. */
export function wordsFor(missing: Missing): string {
	return {
		question: m.rounds_need_question,
		options: m.rounds_need_options,
		same: m.rounds_need_other_options,
		correct: m.rounds_need_correct,
		picture: m.rounds_need_picture
	}[missing]();
}
