import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

export default ts.config(
	{
		ignores: [
			'build/',
			'.svelte-kit/',
			'src/lib/paraglide/',
			'src/lib/api/schema.gen.ts',
			'test-results/',
			'playwright-report/'
		]
	},
	js.configs.recommended,
	...ts.configs.strict,
	...svelte.configs.recommended,
	prettier,
	...svelte.configs.prettier,
	{
		languageOptions: { globals: { ...globals.browser, ...globals.node } },
		rules: {
			// TypeScript itself knows which names exist.
			'no-undef': 'off',
			'max-lines': ['error', { max: 500 }],
			// Indexing is checked where it is written; a wrong claim fails in the unit tests.
			'@typescript-eslint/no-non-null-assertion': 'off',
			'@typescript-eslint/no-dynamic-delete': 'off',
			'@typescript-eslint/no-unused-vars': [
				'error',
				{ argsIgnorePattern: '^_', varsIgnorePattern: '^_' }
			]
		}
	},
	{ files: ['**/*.svelte'], rules: { 'max-lines': ['error', { max: 200 }] } },
	{
		files: ['**/*.svelte', '**/*.svelte.ts'],
		languageOptions: { parserOptions: { parser: ts.parser } },
		rules: {
			'no-restricted-syntax': [
				'error',
				{
					selector: 'SvelteAttribute[key.name="style"]',
					message:
						'The content security policy refuses style attributes; use a class or style:name={value}.'
				}
			],
			// Maps and sets here are bookkeeping; what the page shows is $state.
			'svelte/prefer-svelte-reactivity': 'off',
			// The app lives at the root of its host, so an address is its own resolution.
			'svelte/no-navigation-without-resolve': 'off',
			'svelte/no-at-html-tags': 'error',
			'svelte/button-has-type': 'error'
		}
	}
);
