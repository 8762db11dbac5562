import { total, union, type Range } from '#lib/progress/index.svelte.ts';
import type { Activity } from '#lib/services/lessons.ts';

/** Share of a video that completes it; the server decides, this shows it a little sooner. */
const COMPLETE_SHARE = 0.9;
/** Nobody wants to resume in the last words. */
const END_SECONDS = 5;

/** What the learner has seen of an activity, here and anywhere. */
export function seenOf(activity: Activity, here: readonly Range[] = []): Range[] {
	return union(activity.progress?.watched ?? [], here);
}

/** Whether an activity is done. */
export function done(activity: Activity, seen: readonly Range[]): boolean {
	if (activity.progress?.completed) return true;
	return activity.length > 0 && total(seen) >= COMPLETE_SHARE * activity.length;
}

/** Second at which to go on: the newer of what the server and this device know. */
export function resumeAt(
	activity: Activity,
	here: { positionMs: number; at: string } | undefined
): number {
	const there = activity.progress;
	const newer = here && (!there?.positionAt || here.at > there.positionAt) ? here : there;
	const seconds = (newer?.positionMs ?? 0) / 1000;
	const end = (activity.video?.durationMs ?? 0) / 1000 - END_SECONDS;
	return seconds > 1 && seconds < end ? seconds : 0;
}

/** The second that a link asks for with `?t=12`; undefined when it asks for none. */
export function askedFor(t: string | null): number | undefined {
	const seconds = t === null || t.trim() === '' ? NaN : Number(t);
	return Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
}
