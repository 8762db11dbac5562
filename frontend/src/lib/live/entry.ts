import { call } from '#lib/api/client.ts';
import { ApiError } from '#lib/api/errors.ts';
import { locale, type Text } from '#lib/i18n';
import { newReportId as newId } from '#lib/progress/report.ts';
import type { Id, Role } from './protocol.ts';
import { Refused } from './socket.ts';

/** Somebody without an account, as this device remembers them for one class. */
export interface Guest {
	id: Id;
	name: string;
	secret: string;
}

/** What is known of a class before joining. */
export interface ClassCard {
	title: Text;
	startsAt: string;
	state: 'scheduled' | 'live' | 'ended' | 'cancelled';
	timeZone: string;
	courseSlug: string;
	/** Who lead it. */
	teachers?: { name: string }[];
	lessonId?: Id;
}

/** What the class says of itself to those who are in it; undefined when it cannot be asked now: joining will tell. */
export async function classCard(id: Id): Promise<ClassCard | undefined> {
	try {
		return await call<ClassCard>('GET', `/api/classes/${id}`);
	} catch {
		return undefined;
	}
}

/** Asks for a ticket. What is refused for good keeps the kind and the code of the refusal. */
export async function askTicket(id: Id, guest?: Guest): Promise<string> {
	const as = guest && { guest: guest.secret, name: guest.name, id: guest.id };
	const body = { ...as, locale: locale() };
	try {
		const path = `/api/classes/${id}/tickets`;
		return (await call<{ ticket: string; role: Role }>('POST', path, { body })).ticket;
	} catch (error) {
		if (!(error instanceof ApiError)) throw new Refused('unavailable', '', true);
		throw new Refused(error.code ?? error.kind, error.kind, error.passing || error.status >= 500);
	}
}

const keyOf = (id: Id) => `hanzhi:guest:${id}`;

/** The guest that this device was in this class: coming back is coming back as the same person. */
export function knownGuest(id: Id, secret: string): Guest {
	try {
		const kept = JSON.parse(localStorage.getItem(keyOf(id)) ?? 'null') as Partial<Guest> | null;
		if (kept?.id) return { id: kept.id, name: kept.name ?? '', secret };
	} catch {
		// Nothing kept: a new guest.
	}
	return { id: newId(), name: '', secret };
}

export function rememberGuest(of: Id, { id, name }: Guest): void {
	try {
		localStorage.setItem(keyOf(of), JSON.stringify({ id, name }));
	} catch {
		// Then the name is typed again next time.
	}
}
