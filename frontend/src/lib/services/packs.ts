import { api, send, take, type Schema } from '#lib/api/client.ts';
import { locale } from '#lib/i18n';

/** How large a unit's pack is on the wire, in bytes by part. */
export type PackSize = Schema<'PackSize'>;

const language = () => locale().slice(0, 2);

let asked: { slug: string; at: number; answer: Promise<Map<string, PackSize>> } | undefined;

/** The packs that one may keep of a course, by unit; the units of a page ask together. */
export function packSizes(slug: string): Promise<Map<string, PackSize>> {
	if (asked?.slug === slug && Date.now() - asked.at < 10_000) return asked.answer;
	const params = { path: { slug }, query: { language: language() } };
	const answer = take(api.GET('/api/courses/{slug}/packs', { params })).then(
		({ items }) => new Map(items.map((size) => [size.unitId, size]))
	);
	asked = { slug, at: Date.now(), answer };
	return answer;
}

/** All bytes of a pack. */
export const bytesOf = ({ text, strokes, font }: PackSize) => text + strokes + font;

/** A unit's pack; `onpart` hears how many bytes have come, unpacked. */
export async function unitPack(
	unit: string,
	onpart: (bytes: number) => void
): Promise<Schema<'UnitPack'>> {
	const url = new URL(`/api/units/${unit}/pack?language=${language()}`, location.origin);
	const answer = await send(new Request(url));
	const reader = answer.body?.getReader();
	if (!reader) return answer.json();
	const parts: Uint8Array<ArrayBuffer>[] = [];
	for (let all = 0; ;) {
		const { done, value } = await reader.read();
		if (done) break;
		parts.push(value);
		onpart((all += value.length));
	}
	return JSON.parse(await new Blob(parts).text());
}

/** The font of a pack. */
export const unitFont = (name: string) =>
	send(new Request(new URL(`/api/fonts/${name}`, location.origin)));
