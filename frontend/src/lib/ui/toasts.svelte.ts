import { m } from '#lib/i18n';

/** A short notice at the edge of the screen; it never carries what is said nowhere else. */
export interface Toast {
	id: number;
	text: string;
	/** What can be done about it, most often "undo"; the notice then stays longer. */
	action?: ToastAction;
}

/** The one thing a notice offers. */
export interface ToastAction {
	label: string;
	act: () => void;
}

const STAY_MS = 6_000;
const STAY_WITH_ACTION_MS = 12_000;

let last = 0;
let shown = $state<Toast[]>([]);
const timers = new Map<number, ReturnType<typeof setTimeout>>();

/** The notices on screen, oldest first. Reactive. */
export function toasts(): readonly Toast[] {
	return shown;
}

/** Takes a notice from the screen. */
export function dismiss(id: number): void {
	clearTimeout(timers.get(id));
	timers.delete(id);
	shown = shown.filter((toast) => toast.id !== id);
}

/** Lets a notice wait while someone reads it or holds the focus in it. */
export function hold(id: number): void {
	clearTimeout(timers.get(id));
}

/** Starts or restarts the time after which a notice goes by itself. */
export function release(toast: Toast): void {
	hold(toast.id);
	timers.set(
		toast.id,
		setTimeout(() => dismiss(toast.id), toast.action ? STAY_WITH_ACTION_MS : STAY_MS)
	);
}

/** Shows a notice. A function given in place of an action takes the deed back: the notice says "Undo". */
export function toast(text: string, action?: ToastAction | (() => void)): void {
	const offered = typeof action === 'function' ? { label: m.common_undo(), act: action } : action;
	const next = { id: ++last, text, action: offered };
	shown = [...shown.slice(-2), next];
	release(next);
}
