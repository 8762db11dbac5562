// hanzi-writer brings a loader that asks a foreign host for strokes. Ours never lets it: its address is taken out, so that
// no change of ours can bring it back unseen.
const HOST = /https:\/\/cdn\.jsdelivr\.net\/npm\/hanzi-writer-data@\$\{VERSION\}\/\$\{char\}\.json/;

/** @returns {import('vite').Plugin} */
export function ownStrokes() {
	return {
		name: 'hanzhi-own-strokes',
		transform(code, id) {
			if (!/hanzi-writer\/dist\/index\.esm\.js/.test(id)) return undefined;
			if (!HOST.test(code)) throw new Error('hanzi-writer has another loader than expected');
			return { code: code.replace(HOST, '/api/strokes'), map: null };
		}
	};
}
