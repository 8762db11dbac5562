import { api, take, type Schema } from '#lib/api/client.ts';

export type Institution = Schema<'Institution'>;
export type InstitutionKind = Institution['kind'];
export type Member = Omit<Schema<'Member'>, 'roles'> & { roles: Role[] };
/** The document lists the roles where they are given, not where they are read. */
export type Role = Schema<'SetMemberInputBody'>['roles'][number];

export const KINDS: readonly InstitutionKind[] = [
	'college',
	'university',
	'company',
	'ministry',
	'assessor'
];
export const ROLES: readonly Role[] = ['student', 'teacher', 'author', 'coordinator', 'assessor'];

/** One page of a list, with the cursor of the next when there is one. */
export interface Page<T> {
	items: T[];
	nextPage?: string;
}

interface Search {
	query?: string;
	page?: string;
}

/** Institutions by name. */
export function institutions(search: Search): Promise<Page<Institution>> {
	return take(api.GET('/api/institutions', { params: { query: filled(search) } }));
}

function filled(search: Search): Search {
	return { query: search.query || undefined, page: search.page };
}

/** One institution by its id or its name in addresses. */
export function institution(id: string): Promise<Institution> {
	return take(api.GET('/api/institutions/{id}', { params: { path: { id } } }));
}

/** Makes or replaces an institution under an id made here. */
export function saveInstitution(
	id: string,
	body: Schema<'PutInstitutionInputBody'>
): Promise<Institution> {
	return take(api.PUT('/api/institutions/{id}', { params: { path: { id } }, body }));
}

/** Who belongs to an institution and in which roles. */
export async function members(id: string, search: Search): Promise<Page<Member>> {
	const params = { path: { id }, query: filled(search) };
	return (await take(api.GET('/api/institutions/{id}/members', { params }))) as Page<Member>;
}

/** Gives somebody exactly these roles; none takes them out. `no_account` when nobody has the address. */
export async function saveMember(id: string, email: string, roles: Role[]): Promise<Member> {
	const params = { path: { id } };
	const body = { email, roles };
	return (await take(api.PUT('/api/institutions/{id}/members', { params, body }))) as Member;
}
