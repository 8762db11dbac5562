import { api, send, take } from '#lib/api/client.ts';
import { keptFont } from './kept.ts';

// Nearly every device brings a Chinese font. Where one does not, pages of Chinese are rows of empty boxes; then, after the
// page is there, a font with only its characters is fetched. It stands last in --font-hanzi: a font of the device goes
// before it.

const FAMILY = 'Hanzhi Hanzi';
const fetched = new Set<string>();

/** What a character looks like, as a line of pixels. */
function picture(character: string): string {
	const canvas = document.createElement('canvas');
	canvas.width = canvas.height = 24;
	const pen = canvas.getContext('2d');
	if (!pen) return character;
	pen.font = '20px sans-serif';
	pen.fillText(character, 2, 20);
	return canvas.toDataURL();
}

let lacking: boolean | undefined;

/** Whether this device draws Chinese characters as one and the same box. */
export function lacksHanzi(): boolean {
	return (lacking ??= picture('国') === picture('永'));
}

const saving = () =>
	(navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;

async function add(name: string, body: () => Promise<ArrayBuffer>): Promise<void> {
	if (fetched.has(name)) return;
	fetched.add(name);
	try {
		const face = new FontFace(FAMILY, await body(), { display: 'swap' });
		document.fonts.add(await face.load());
	} catch {
		fetched.delete(name); // the boxes stay, and the next page tries again
	}
}

/** Makes a unit's Chinese readable on a device without a Chinese font. */
export async function showUnit(unit: string): Promise<void> {
	if (!lacksHanzi() || saving()) return;
	const params = { path: { id: unit } };
	const font = await take(api.GET('/api/units/{id}/font', { params })).catch(() => undefined);
	if (!font) return;
	await add(
		font.name,
		async () => (await keptFont(font.name)) ?? (await got(`/api/fonts/${font.name}`))
	);
}

/** The same for a few words. */
export async function showText(text: string): Promise<void> {
	if (!lacksHanzi() || saving()) return;
	const all = [...new Set(text)].filter((one) => one > '⺀').sort();
	for (let from = 0; from < all.length; from += 60) {
		const characters = all.slice(from, from + 60).join('');
		await add(characters, () => got(`/api/fonts?characters=${encodeURIComponent(characters)}`));
	}
}

async function got(path: string): Promise<ArrayBuffer> {
	return (await send(new Request(new URL(path, location.origin)))).arrayBuffer();
}
