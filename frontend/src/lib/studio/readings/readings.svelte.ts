import type { LessonLanguage } from '#lib/language/lesson-language.svelte.ts';
import {
	dropPlaceReading,
	placeReadings,
	setPlaceReading,
	type Place,
	type PlaceReading
} from '#lib/services/place-readings.ts';
import { newId } from '../core/id.ts';

const same = (a: Place | undefined, b: Place) =>
	a !== undefined && a.word === b.word && a.before === b.before && a.after === b.after;

/** The readings that authors have set in one lesson of a draft. Reactive. */
export class Readings {
	/** Undefined until they have come. */
	list = $state.raw<PlaceReading[]>();
	/** Those whose place is gone from the text. */
	readonly lost: PlaceReading[] = $derived((this.list ?? []).filter(({ now }) => !now));

	constructor(
		private readonly course: string,
		private readonly language: LessonLanguage
	) {}

	/** Rejects when they cannot be had. */
	async load(): Promise<void> {
		this.list = await placeReadings(this.course, this.language.lesson);
	}

	/** What is set at a place. */
	at(place: Place): PlaceReading | undefined {
		return this.list?.find(({ now }) => same(now, place));
	}

	/** Sets a reading; the lesson on the page has it then. */
	async put(place: Place, pinyin: string): Promise<void> {
		const id = this.at(place)?.id ?? newId();
		await setPlaceReading(this.course, this.language.lesson, id, { ...place, pinyin });
		await this.refresh();
	}

	/** Takes a reading away. */
	async drop({ id }: PlaceReading): Promise<void> {
		await dropPlaceReading(this.course, this.language.lesson, id);
		await this.refresh();
	}

	private async refresh(): Promise<void> {
		await Promise.all([this.load(), this.language.load()]);
	}
}
