import { explain } from '#lib/services/errors.ts';
import { toast } from '#lib/ui';
import type { Checker } from './checker.svelte';

/** Tells that something was mended, with the way back. The next answer of the check shows the rest. */
export function offerUndo(checker: Checker, text: string, undo?: () => unknown): void {
	toast(text, undo && (() => void Promise.resolve(undo()).then(() => checker.check(), tell)));
}

/** Tells that something could not be done. */
export function tell(error: unknown): void {
	toast(explain(error).what);
}
