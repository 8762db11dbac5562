import type { ExerciseKind } from './exercises.ts';
import type { Grade } from './scheduler.ts';

/** Beyond this many milliseconds a right answer came with effort. */
const SLOW_MS: Record<ExerciseKind, number> = {
	recognise: 12_000,
	cloze: 20_000,
	listen: 20_000,
	recall: 25_000,
	order: 40_000,
	dictation: 60_000,
	write: 90_000
};

/** How an answer counts: wrong is again; right is hard after a hint or a long search, else good. */
export function gradeOf(
	kind: ExerciseKind,
	answer: { right: boolean; hinted: boolean; tookMs: number }
): Grade {
	if (!answer.right) return 1;
	return answer.hinted || answer.tookMs > SLOW_MS[kind] ? 2 : 3;
}

/** What the learner may say instead. After a hint it was hard; nobody grades a wrong answer up. */
export function gradesFor(answer: { right: boolean; hinted: boolean }): Grade[] {
	if (!answer.right) return [1];
	return answer.hinted ? [2] : [2, 3, 4];
}
