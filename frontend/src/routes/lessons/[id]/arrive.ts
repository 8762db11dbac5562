/**
 * An attachment for the activities of a lesson: a link that names one with `?activity=` opens there, and one to a
 * `passage` of a reading shows it.
 */
export function arrive({ searchParams }: { searchParams: Pick<URLSearchParams, 'get'> }) {
	return (section: HTMLElement) => {
		if (section.dataset.activity !== searchParams.get('activity')) return;
		const passage = searchParams.get('passage');
		if (!passage) return section.scrollIntoView();
		void import('#lib/language/search/hits.ts').then(
			({ showPassage }) => showPassage(section, passage),
			() => undefined // the reading is there without the mark
		);
	};
}
