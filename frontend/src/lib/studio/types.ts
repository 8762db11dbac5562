import type { Schema } from '#lib/api/client.ts';

/** A text per language of instruction: `{ en: 'Lathe', ru: 'Токарный станок' }`. */
export type Text = Record<string, string>;

export type UnitKind = 'language' | 'vocational';
export type ActivityKind = 'video' | 'reading' | 'practice' | 'task';
export type CourseFormat = 'mooc' | 'micro';
export type CourseState = 'draft' | 'published' | 'archived';

/** What an activity of each kind holds besides its title. A reading's Markdown is per language. */
export interface ActivityBody {
	markdown?: Text;
	/** Of a practice. */
	exercises?: Exercise[];
	/** Of a task; the rest too. */
	description?: Text;
	phrases?: Phrase[];
	decoys?: TaskItem[];
	checklist?: TaskItem[];
	canDo?: TaskItem[];
}

export type Exercise = Schema<'Exercise'>;
export type Phrase = Schema<'Phrase'>;
export type TaskItem = Schema<'TaskItem'>;

export type AssetState = 'uploading' | 'checking' | 'transcoding' | 'ready' | 'failed';

/** An uploaded source with what was made of it. Sizes in bytes, times in milliseconds. */
export interface Asset {
	id: string;
	institutionId: string;
	kind: 'video' | 'image' | 'audio' | 'deck';
	filename: string;
	size: number;
	state: AssetState;
	/** True from the first rendition on, before `state` is `ready`. */
	playable: boolean;
	/** 0…1 of the check or the conversion. */
	progress: number;
	failure?: { code: string };
	durationMs: number;
	width: number;
	height: number;
	/** Bytes the server has stored while `state` is `uploading`. */
	offset?: number;
	/** Where a finished picture can be seen, for some hours. */
	image?: string;
	/** Where a finished sound can be heard, for some hours. */
	sound?: string;
	/** Terms of word banks that show it or are heard in it. */
	terms?: number;
	renditions: { name: string; kind: string; bytes: number; bandwidth: number }[];
	captions: { lang: string; label: string; version: number }[];
	createdAt: string;
	usedIn: { courseId: string; courseTitle: Text }[];
}

/** What the outline shows of an asset. */
export type ActivityAsset = Pick<
	Asset,
	| 'id'
	| 'kind'
	| 'filename'
	| 'size'
	| 'state'
	| 'playable'
	| 'progress'
	| 'failure'
	| 'durationMs'
	| 'width'
	| 'height'
>;

export interface DraftActivity {
	id: string;
	kind: ActivityKind;
	title: Text;
	body: ActivityBody;
	assetId?: string | null;
	asset?: ActivityAsset;
	version: number;
}

export interface DraftLesson {
	id: string;
	title: Text;
	summary: Text;
	/** Open to everyone, without an account. */
	preview: boolean;
	version: number;
	activities: DraftActivity[];
}

export interface DraftUnit {
	id: string;
	kind: UnitKind;
	title: Text;
	version: number;
	lessons: DraftLesson[];
}

export interface Pairing {
	languageUnitId: string;
	vocationalUnitId: string;
}

export interface Run {
	id: string;
	title: Text;
	startsAt: string;
	endsAt: string;
	timeZone: string;
	capacity?: number | null;
	seatsLeft?: number;
	teachers: { accountId: string; name: string; email?: string }[];
	state: 'upcoming' | 'open' | 'ended' | 'cancelled';
	version?: number;
}

/** Something that hinders publishing, and where. */
export interface Problem {
	entityId: string;
	field: string;
	code: string;
}

/** The course's own fields, without its outline. */
export interface CourseFields {
	id: string;
	slug: string;
	institutionId: string;
	format: CourseFormat;
	state: CourseState;
	trade: string;
	level: string;
	/** Languages of instruction; the first one is the fall-back of every text. */
	languages: string[];
	title: Text;
	summary: Text;
	/** Markdown. */
	description: Text;
	effortHours: number;
	/** New words that a unit may bring; 0 is what the level suggests. */
	wordBudget: number;
	posterAssetId?: string | null;
	version: number;
	revision?: number | null;
	publishedAt?: string | null;
	/** The draft differs from the published revision. */
	dirty: boolean;
	problems: Problem[];
}

export interface DraftCourse extends CourseFields {
	units: DraftUnit[];
	pairings: Pairing[];
	runs: Run[];
}

export interface CourseRow {
	id: string;
	slug: string;
	title: Text;
	format: CourseFormat;
	state: CourseState;
	institution: { id: string; slug: string; name: Text };
	dirty: boolean;
	updatedAt: string;
	enrolledCount: number;
}

export interface NewCourse {
	institutionId: string;
	slug?: string;
	format: CourseFormat;
	title: Text;
	languages: string[];
	trade?: string;
	level?: string;
}

export interface NewRun {
	courseId: string;
	title: Text;
	startsAt: string;
	endsAt: string;
	timeZone: string;
	capacity?: number;
	teacherEmails: string[];
	version?: number;
}

/** The order of everything live in a course. */
export interface Order {
	units: { id: string; lessons: { id: string; activities: string[] }[] }[];
}

export interface Cue {
	id: string;
	startMs: number;
	endMs: number;
	text: string;
}

export interface CaptionTrack {
	lang: string;
	label: string;
	version: number;
	cues: Cue[];
}
