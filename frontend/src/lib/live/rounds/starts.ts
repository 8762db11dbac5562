import { m } from '#lib/i18n';
import type { IconName } from '#lib/ui/icons.ts';
import type { Component } from 'svelte';
import type { Id } from '../protocol.ts';
import type { LiveClass } from './class.ts';
import type { PollDraft } from './polls.ts';

export interface StartProps {
	live: LiveClass;
	/** The lesson of the class, to take lines from. */
	lesson?: Id;
	/** A poll to begin with. */
	start?: PollDraft;
	graded?: boolean;
	ondone: () => void;
}

type Part = Promise<{ default: Component<StartProps> }>;

/** Something that staff can start. */
export interface Start {
	name: () => string;
	icon: IconName;
	form: () => Part;
	graded?: boolean;
}

const poll = () => import('./PollForm.svelte') as Part;

export const STARTS: Start[] = [
	{ name: m.rounds_start_poll, icon: 'check', form: poll },
	{ name: m.rounds_start_quiz, icon: 'filter', form: poll, graded: true },
	{
		name: m.rounds_start_read,
		icon: 'audio',
		form: () => import('./ReadForm.svelte') as Part
	},
	{
		name: m.rounds_start_write,
		icon: 'edit',
		form: () => import('../board/WriteStart.svelte') as unknown as Part
	},
	{
		name: m.rounds_start_breakout,
		icon: 'people',
		form: () => import('./BreakoutForm.svelte') as Part
	},
	{ name: m.rounds_start_timer, icon: 'clock', form: () => import('./TimerForm.svelte') as Part },
	{
		name: m.rounds_start_captions,
		icon: 'captions',
		form: () => import('./CaptionForm.svelte') as Part
	},
	{
		name: m.rounds_start_broadcast,
		icon: 'bell',
		form: () => import('./BroadcastForm.svelte') as Part
	}
];
