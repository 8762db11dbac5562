import { newReportId as newId } from '#lib/progress/report.ts';
import type { BoardObject, Id } from '../protocol.ts';
import { Encoder, type Sample } from './points.ts';

/** ms between messages of one stroke, and points of one message. */
export const EVERY = 50;
export const MOST = 500;

/** A stroke that is being written here. */
export class Writing {
	readonly object = newId();
	/** The pen was lifted. */
	ended = false;
	/** All differences so far: what this device shows. */
	readonly points: number[] = [];
	private readonly encoder = new Encoder();
	private waiting: number[] = [];
	private timer?: ReturnType<typeof setTimeout>;

	constructor(
		readonly page: Id,
		readonly color: string,
		readonly size: number,
		/** Sends one message; what becomes of it is its own matter. */
		private readonly send: (points: number[]) => void
	) {}

	/** Adds places of the pen; answers the differences, to be drawn at once. */
	add(samples: readonly Sample[]): number[] {
		const points = this.encoder.encode(samples);
		for (const point of points) {
			this.points.push(point);
			this.waiting.push(point);
		}
		if (this.waiting.length) this.timer ??= setTimeout(() => this.flush(), EVERY);
		return points;
	}

	/** The pen is lifted: what is left goes now. */
	end(): void {
		this.ended = true;
		this.flush();
	}

	private flush(): void {
		clearTimeout(this.timer);
		this.timer = undefined;
		for (let i = 0; i < this.waiting.length; i += MOST * 3)
			this.send(this.waiting.slice(i, i + MOST * 3));
		this.waiting = [];
	}
}

/** Objects as the class has them, with one's own strokes that it may not have whole yet. */
export function withWritings(
	objects: readonly BoardObject[],
	writings: readonly Writing[],
	by: Id
): BoardObject[] {
	const ids = new Set(writings.map(({ object }) => object));
	const mine = writings.map(({ object, color, size, points }): BoardObject => ({
		object,
		by,
		kind: 'stroke',
		color,
		size,
		points: [...points]
	}));
	return [...objects.filter(({ object }) => !ids.has(object)), ...mine];
}
