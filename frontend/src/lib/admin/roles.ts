import { m } from '#lib/i18n';
import type { Role } from '#lib/services/institutions.ts';

const NAMES: Record<Role, () => string> = {
	student: m.account_role_student,
	teacher: m.account_role_teacher,
	author: m.account_role_author,
	coordinator: m.account_role_coordinator,
	assessor: m.account_role_assessor
};

/** A role in words. */
export function roleName(role: Role): string {
	return NAMES[role]();
}
