import { PAGE } from '../protocol.ts';

/** A place of the pen: x and y in units of the page, pressure 0–1; undefined where the device feels none. */
export interface Sample {
	x: number;
	y: number;
	pressure?: number;
}

/** x and y in units, pressure 0–1; 0 throughout = felt none. */
export type InkPoint = [x: number, y: number, pressure: number];

/** Of a unit: what points are rounded to on their way. */
const TENTHS = 10;
const FULL = 255;

const within = (value: number, most: number) => Math.min(most, Math.max(0, value));

/** A place as it goes over the line: whole tenths, and pressure 1–255, or 0 when none is felt. */
export function quantise({ x, y, pressure }: Sample): InkPoint {
	return [
		Math.round(within(x, PAGE.width) * TENTHS),
		Math.round(within(y, PAGE.height) * TENTHS),
		pressure === undefined ? 0 : Math.max(1, Math.round(within(pressure, 1) * FULL))
	];
}

/** Writes the points of one stroke as differences, message after message. */
export class Encoder {
	private last: InkPoint = [0, 0, 0];
	private begun = false;

	/** The differences of these places; places where the pen stood still are left out. */
	encode(samples: readonly Sample[]): number[] {
		const out: number[] = [];
		for (const sample of samples) {
			const point = quantise(sample);
			const [dx, dy, dp] = point.map((value, i) => value - this.last[i]!) as InkPoint;
			if (this.begun && dx === 0 && dy === 0) continue;
			out.push(dx, dy, dp);
			this.last = point;
			this.begun = true;
		}
		return out;
	}
}

/** Reads them again. */
export class Decoder {
	private last: InkPoint = [0, 0, 0];

	/** The points that these differences are; a triple that is cut off is left out. */
	decode(points: readonly number[]): InkPoint[] {
		const out: InkPoint[] = [];
		for (let i = 0; i + 2 < points.length; i += 3) {
			const [x, y, p] = this.last;
			this.last = [x + points[i]!, y + points[i + 1]!, p + points[i + 2]!];
			out.push([this.last[0] / TENTHS, this.last[1] / TENTHS, this.last[2] / FULL]);
		}
		return out;
	}
}

/** All points of a stroke. */
export const pointsOf = (points: readonly number[]): InkPoint[] => new Decoder().decode(points);
