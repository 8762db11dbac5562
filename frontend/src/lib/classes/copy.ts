import { m } from '#lib/i18n';
import { toast } from '#lib/ui';

/** Puts a text on the clipboard and says how that went. */
export async function copy(text: string): Promise<void> {
	try {
		await navigator.clipboard.writeText(text);
		toast(m.classes_copied());
	} catch {
		toast(m.classes_copy_failed());
	}
}
