// No import or export here: this file declares, it does not extend.
declare namespace App {
	/** What an error page can show. */
	interface Error {
		message: string;
		/** fault kind of the API's problem document, e.g. "not-found" */
		kind?: string;
	}
}

declare module 'virtual:messages' {
	/** Fetch the texts of a language; see scripts/vite-messages.js. */
	export const loaders: Record<
		string,
		| Record<
				'main' | 'language' | 'later' | 'studio' | 'tasks' | 'terms' | 'staff',
				() => Promise<Record<string, (inputs: object) => string>>
		  >
		| undefined
	>;
}
