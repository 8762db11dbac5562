import { strokesOf, type Drawing } from '#lib/services/writing.ts';
import { keptStrokes } from '#lib/kept/kept.ts';

/** Asked for together: what a unit or a sitting needs one by one would be a round trip each. */
const AT_ONCE = 60;
const known = new Map<string, Drawing>();

/** How the characters of a text are written: from this visit, from what is kept on the device, or from the server. */
export async function drawingsOf(text: string): Promise<Map<string, Drawing>> {
	const wanted = [...new Set(text)].filter((one) => one > '⺀');
	const missing = () => wanted.filter((one) => !known.has(one));
	if (missing().length) note(await keptStrokes(missing()));
	for (let rest = missing(); rest.length; rest = rest.slice(AT_ONCE))
		note(await strokesOf(rest.slice(0, AT_ONCE).join('')));
	return new Map(wanted.flatMap((one) => (known.has(one) ? [[one, known.get(one)!]] : [])));
}

function note(found: Record<string, Drawing>): void {
	for (const [hanzi, drawing] of Object.entries(found)) known.set(hanzi, drawing);
}
