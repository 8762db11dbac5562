import { api, take, type Schema } from '#lib/api/client.ts';

/** One live class of a run, as the reader sees it. */
export type LiveClass = Schema<'Class'>;
/** Somebody who leads a class. */
export type ClassTeacher = Schema<'ClassTeacher'>;
/** Somebody who can be named for the classes of a run. */
export type Colleague = Schema<'Colleague'>;
/** What a class is planned with. */
export type NewClass = Schema<'NewClass'>;
/** A link by which guests come in. */
export type GuestLink = Schema<'GuestLink'>;
/** Who was in a class and what they did. */
export type ClassReport = Schema<'ClassReport'>;
/** One person of it. */
export type Attendee = Schema<'Attendee'>;
/** Whether there is an address for calendar programs. */
export type CalendarState = Schema<'Calendar'>;

/** The classes that one teaches or learns in: those to come and live, or those that are over. */
export async function myClasses(
	wanted: { run?: string; lesson?: string; past?: boolean; limit?: number } = {}
): Promise<LiveClass[]> {
	return (await take(api.GET('/api/classes', { params: { query: wanted } }))).items ?? [];
}

export function planClass(id: string, body: NewClass): Promise<LiveClass> {
	return take(api.PUT('/api/classes/{id}', { params: { path: { id } }, body }));
}

/** Who can be named for the classes of a run, by a part of the name or the address. */
export async function colleagues(run: string, query: string): Promise<Colleague[]> {
	const params = { path: { id: run }, query: { query } };
	return (await take(api.GET('/api/runs/{id}/colleagues', { params }))).items ?? [];
}

/** Says of a class, also of one that is over, whether its results count as grades. */
export function countClass(of: LiveClass, graded: boolean): Promise<LiveClass> {
	const { id, runId, lessonId, title, startsAt, minutes, timeZone, waitingRoom, version } = of;
	const body = {
		runId,
		lessonId,
		title,
		startsAt,
		minutes,
		timeZone,
		waitingRoom,
		version,
		graded
	};
	return planClass(id, body);
}

/** Calls a class off, with the later ones of its series if wanted. */
export async function cancelClass(id: string, later: boolean): Promise<void> {
	await api.DELETE('/api/classes/{id}', { params: { path: { id }, query: { later } } });
}

export async function guestLinks(id: string): Promise<GuestLink[]> {
	return (
		(await take(api.GET('/api/classes/{id}/guest-links', { params: { path: { id } } }))).items ?? []
	);
}

/** Makes a link and returns its address, which is told this once. */
export async function makeGuestLink(
	id: string,
	link: string,
	role: GuestLink['role']
): Promise<string> {
	const params = { path: { id, link } };
	return (await take(api.PUT('/api/classes/{id}/guest-links/{link}', { params, body: { role } })))
		.address;
}

export async function revokeGuestLink(id: string, link: string): Promise<void> {
	await api.DELETE('/api/classes/{id}/guest-links/{link}', { params: { path: { id, link } } });
}

export function classReport(id: string): Promise<ClassReport> {
	return take(api.GET('/api/classes/{id}/report', { params: { path: { id } } }));
}

/** Address of the report as a table for spreadsheets. */
export function classReportFile(id: string): string {
	return `/api/classes/${encodeURIComponent(id)}/report.csv`;
}

/** Corrects how long somebody was there; without minutes, what the connections say counts again. */
export async function correctAttendance(
	id: string,
	person: string,
	correction: string,
	body: { minutes?: number; note: string }
): Promise<void> {
	const params = { path: { id, person, correction } };
	await api.PUT('/api/classes/{id}/attendance/{person}/corrections/{correction}', { params, body });
}

export function calendarState(): Promise<CalendarState> {
	return take(api.GET('/api/account/calendar', {}));
}

/** Makes a new address; the one before ends. */
export function makeCalendar(): Promise<CalendarState> {
	return take(api.PUT('/api/account/calendar', {}));
}

export async function endCalendar(): Promise<void> {
	await api.DELETE('/api/account/calendar', {});
}
