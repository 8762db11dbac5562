import { ApiError, call, type Schema } from '#lib/api/client.ts';
import type { Text } from '#lib/i18n';
import { orKept } from '#lib/kept/list.ts';
import { Refused } from '#lib/player/engine/types.ts';
import type { UnitOutline } from './courses.ts';

/** One size of a video. Bit/s and bytes of picture or sound alone. */
export interface Rendition {
	name: string;
	kind: 'audio' | 'video';
	codecs: string;
	width: number;
	height: number;
	bandwidth: number;
	averageBandwidth: number;
	bytes: number;
}

/** Small pictures of the whole video in one sheet, row by row. */
export interface Storyboard {
	path: string;
	columns: number;
	rows: number;
	intervalMs: number;
	width: number;
	height: number;
	count?: number;
}

/** What is needed to play a video; every path lies below `base`, which stops working at `expiresAt`. */
export interface Video {
	assetId: string;
	state: string;
	base: string;
	expiresAt: string;
	durationMs: number;
	width: number;
	height: number;
	master: string;
	renditions: Rendition[];
	captions: { lang: string; label: string; path: string }[];
	/** Parts to jump to; an empty title is counted. Absent from what was kept on the device before there were any. */
	chapters?: { startMs: number; title: string }[];
	/** The same as a WebVTT track. */
	chaptersPath?: string;
	poster?: string;
	storyboard?: Storyboard;
}

export interface ActivityProgress {
	/** Seconds [from, to). */
	watched: [number, number][];
	positionMs: number;
	positionAt?: string;
	/** 0…1 */
	fraction: number;
	completed: boolean;
}

export interface Activity {
	id: string;
	kind: string;
	title: Text;
	/** Seconds; 1 for a reading. */
	length: number;
	/** Reading: sanitised HTML per language. */
	html?: Text;
	video?: Video;
	progress?: ActivityProgress;
	/** Practice: what to do, and the ids of what was passed. */
	exercises?: Schema<'Exercise'>[];
	passed?: string[];
	/** Task: what is behind its lock, for its authors in the preview only. */
	task?: Schema<'Task'>;
}

export interface LessonView {
	lesson: { id: string; title: Text; summary?: Text; preview: boolean };
	course: {
		id: string;
		slug: string;
		title: Text;
		languages: string[];
		enrolled: boolean;
		revision?: number;
	};
	unit: { id: string; kind: 'language' | 'vocational'; title: Text };
	outline: UnitOutline[];
	activities: Activity[];
	/** The gate of the lesson is shut to the viewer: there are no activities. `percent` of its words open it. */
	gate?: { percent: number; coverage: number; learn: number };
	previous?: { id: string; title: Text };
	next?: { id: string; title: Text };
	/** From this device, as there is no line: without its videos. */
	kept?: boolean;
}

/** A lesson with everything in it. Not found when it is neither a preview nor the viewer's. */
export async function lesson(id: string): Promise<LessonView> {
	try {
		const asked = call<LessonView>('GET', `/api/lessons/${encodeURIComponent(id)}`);
		return await orKept(asked, (kept) => kept.keptLesson(id));
	} catch (error) {
		// A mistyped address is no form to mend: such a lesson is not there.
		if (error instanceof ApiError && error.kind === 'invalid') {
			throw new ApiError('not-found', error.problem, { cause: error });
		}
		throw error;
	}
}

/** A fresh address for a video whose old one has run out. Rejects with Refused when the right is gone. */
export async function renewBase(assetId: string): Promise<string> {
	try {
		const video = await call<Video>('GET', `/api/assets/${encodeURIComponent(assetId)}/playback`);
		return video.base;
	} catch (error) {
		const final = ['forbidden', 'not-found', 'unauthenticated'];
		if (error instanceof ApiError && final.includes(error.kind)) throw new Refused();
		throw error;
	}
}
