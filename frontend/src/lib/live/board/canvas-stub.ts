import { vi } from 'vitest';

/** jsdom draws nothing: a canvas for tests, on which everything is said and nothing is seen. */
export function stubCanvas(): void {
	class Path {
		moveTo() {}
		lineTo() {}
		closePath() {}
		quadraticCurveTo() {}
	}
	vi.stubGlobal('Path2D', Path);
	const pen = () =>
		new Proxy({} as Record<string, unknown>, {
			get: (held, name) =>
				name === 'measureText'
					? (text: string) => ({ width: text.length * 10 })
					: (held[name as string] ?? (() => undefined))
		});
	vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockImplementation(pen as never);
}
