// How the app's files are cut. Left alone, the bundler makes dozens of files of a few hundred bytes; on a line
// with 600 ms to the server each wave of them is a second. So what every page has comes as one file.

const SHELL = [
	/\/src\/lib\/(api|i18n|shell)\//,
	/\/src\/lib\/language\/practice\/due\./,
	/\/src\/lib\/services\/(account|bus|errors|session|shell)/,
	/\/src\/lib\/ui\/(Badge|Button|EmptyState|ErrorState|Icon|icons|Loaded|Menu|OfflineBanner|PageTitle|Select|Skeleton|Tian|Toasts|toasts)/
];

/** @param {string} id */
const inShell = (id) => SHELL.some((part) => part.test(id)) && !id.includes('SignInAgain');

/** For `build.rolldownOptions.output`. */
export const codeSplitting = {
	groups: [
		// SvelteKit sets its payload before it loads any other of its modules: these must stay apart from the rest.
		{
			name: 'payload',
			test: /kit\/src\/runtime\/client\/payload\.js|vite\/preload-helper/,
			priority: 2
		},
		{ name: 'shell', test: inShell, priority: 1 }
	]
};
