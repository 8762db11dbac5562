/**
 * How messages/ becomes src/lib/paraglide: one place for Vite and for the checks.
 * The locale itself lives in src/lib/i18n/locale.svelte.ts, so the compiled runtime needs no
 * strategy of its own (no cookie, no address prefix).
 *
 * @type {import('@inlang/paraglide-js').CompilerOptions}
 */
export const paraglide = {
	project: './project.inlang',
	outdir: './src/lib/paraglide',
	outputStructure: 'locale-modules',
	strategy: ['globalVariable', 'baseLocale'],
	isServer: 'false',
	emitReadme: false,
	emitGitIgnore: false,
	emitPrettierIgnore: false
};
