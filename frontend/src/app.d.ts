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
	type Loaders = Record<
		string,
		| Record<string, (() => Promise<Record<string, (inputs: object) => string>>) | undefined>
		| undefined
	>;
	/** Fetch the texts of a language that come first; see scripts/vite-messages.js. */
	export const loaders: Loaders;
	/** Brings the loaders of all other texts. */
	export const far: () => Promise<{ loaders: Loaders }>;
}
