import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { BrowserContext } from '@playwright/test';
import { amplify, dice, inNoise, say } from '../src/lib/language/voice/fake-voice.ts';
import { RATE } from '../src/lib/language/voice/resample.ts';
import type { Tone } from '../src/lib/language/voice/syllables.ts';
import { baseUrl, Client, newId } from './fixtures/api.ts';
import { hearingBrowser, writeWav } from './fixtures/sound.ts';
import { person } from './fixtures/stage.ts';
import { draft, publish, ready, upload } from './fixtures/studio.ts';
import { expect, PHONE, test, type Page } from './fixtures/test.ts';

/** 按下急停按钮 as it is spoken. */
const LINE: [string, Tone][] = [
	['an', 4],
	['xia', 4],
	['ji', 2],
	['ting', 2],
	['an', 4],
	['niu', 3]
];

const spoken = (middle: number, change?: [number, Tone]) =>
	say(
		LINE.map(([pinyin, tone], i) => ({ pinyin, tone: change?.[0] === i ? change[1] : tone })),
		{ middle, width: 10 },
		{ random: dice(4) }
	);

/** Writes sound as 16-bit WAV. */
function write(path: string, samples: Float32Array) {
	const bytes = Buffer.alloc(samples.length * 2);
	samples.forEach((one, i) =>
		bytes.writeInt16LE(Math.round(Math.max(-1, Math.min(1, one)) * 32767), i * 2)
	);
	writeWav(path, bytes, RATE);
}

function padded(samples: Float32Array, before: number, after: number): Float32Array {
	const out = new Float32Array(samples.length + Math.round((before + after) * RATE));
	out.set(samples, Math.round(before * RATE));
	return out;
}

/** A film whose sound is the line, said by a woman. */
function film(folder: string): string {
	const [sound, path] = [join(folder, 'teacher.wav'), join(folder, 'line.mp4')];
	write(sound, padded(spoken(210), 0.5, 4));
	execFileSync('ffmpeg', [
		...[
			'-nostdin',
			'-v',
			'error',
			'-y',
			'-f',
			'lavfi',
			'-i',
			'testsrc=size=640x360:rate=12:duration=7'
		],
		...['-i', sound, '-c:v', 'libx264', '-preset', 'veryfast', '-crf', '34', '-pix_fmt', 'yuv420p'],
		...['-c:a', 'aac', '-b:a', '64k', '-movflags', '+faststart', path]
	]);
	return path;
}

/** A browser that hears a file instead of a microphone, over and over. */
async function hearing(folder: string, samples: Float32Array) {
	const path = join(folder, `microphone-${newId()}.wav`);
	write(path, samples);
	return hearingBrowser(path);
}

test.describe('voice', () => {
	test.describe.configure({ mode: 'serial', timeout: 240_000 });
	let folder = '';
	let lesson = '';
	let courseId = '';

	test.beforeAll(async () => {
		test.setTimeout(300_000);
		folder = mkdtempSync(join(tmpdir(), 'hanzhi-voice-'));
	});
	test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

	async function make(author: Client, institution: string) {
		const asset = await upload(author, institution, 'video', film(folder));
		await ready(author, asset);
		await author.call('PUT', `/api/studio/assets/${asset}/captions/zh-CN`, {
			label: 'zh-CN',
			cues: [{ id: '1', startMs: 600, endMs: 3400, text: '按下急停按钮。' }]
		});
		const made = await draft(author, {
			institutionId: institution,
			format: 'micro',
			title: { en: `Say stop ${newId().slice(-6)}` },
			languages: ['en'],
			summary: { en: 'A line to say.' },
			trade: '7223',
			units: [
				{
					kind: 'vocational',
					title: { en: 'Stop' },
					lessons: [{ title: { en: 'Stop' }, preview: true, video: asset }]
				}
			]
		});
		await publish(author, made.id);
		courseId = made.id;
		lesson = made.units[0].lessons[0].id;
	}

	async function learner(mark: string, name: string): Promise<Client> {
		const client = await Client.signUp(person(mark, name));
		await client.call('PUT', `/api/enrolments/${newId()}`, { courseId });
		return client;
	}

	/** Opens the lesson's line and says it; answers every request that was made meanwhile. */
	async function sayLine(context: BrowserContext): Promise<{ page: Page; sent: string[] }> {
		const page = await context.newPage();
		const sent: string[] = [];
		await page.goto(`/lessons/${lesson}`);
		await page.getByRole('button', { name: 'Say it' }).click();
		const dialog = page.getByRole('dialog', { name: 'Say it aloud' });
		await expect(dialog.getByRole('button', { name: 'Hear the teacher' })).toBeEnabled();
		await expect(dialog.locator('path.theirs')).toHaveCount(6);
		page.on('request', (request) => {
			const body = request.postDataBuffer();
			if (body)
				sent.push(`${request.method()} ${request.url()} ${body.length} ${body.toString('latin1')}`);
		});
		await dialog.getByRole('button', { name: /^(Record yourself|Use the microphone)$/ }).click();
		await expect(dialog.getByText('Speak now.')).toBeVisible();
		await expect(dialog.getByRole('button', { name: 'Try again' })).toBeVisible({
			timeout: 40_000
		});
		return { page, sent };
	}

	test('a learner says a line after its teacher and sees both melodies; no sound leaves the device', async ({
		stage,
		api
	}) => {
		await make(await api('author'), stage.institution.id);
		const client = await learner(stage.mark, 'Speaker');
		// 下 rises instead of falling.
		const browser = await hearing(folder, padded(spoken(115, [1, 2]), 0.4, 3));
		const context = await browser.newContext({
			storageState: client.kept(),
			viewport: PHONE,
			baseURL: baseUrl(),
			locale: 'en-GB'
		});
		const { page, sent } = await sayLine(context);
		const dialog = page.getByRole('dialog', { name: 'Say it aloud' });
		await expect(dialog.locator('path.mine')).toHaveCount(6);
		await expect(dialog.getByText(/of 6 tones as they should be/)).toBeVisible();
		await expect(dialog.getByText('wanted: falls; heard: rises.')).toBeVisible();
		await dialog.getByText('Syllable by syllable').click();
		await expect(dialog.getByRole('row', { name: /xià/ })).toContainText('different');
		await dialog.getByRole('button', { name: 'One after the other' }).click();
		const axe = await new AxeBuilder({ page }).analyze();
		expect(axe.violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`)).toEqual([]);
		if (process.env.HANZHI_PICTURES)
			await page.screenshot({ path: join(process.env.HANZHI_PICTURES, 'voice-shadow.png') });
		await dialog.getByRole('button', { name: 'Close' }).click();
		await page.goto('/words/tones');
		await expect(page.getByRole('heading', { name: 'Tone pairs' })).toBeVisible();
		await expect
			.poll(
				async () => (await client.call<{ answers: unknown[] }>('GET', '/api/tones')).answers.length
			)
			.toBeGreaterThan(0);
		// What was sent are figures: a second of sound has 32,000 bytes.
		for (const request of sent) {
			expect(request).not.toMatch(/RIFF|WAVE|webm|audio\/|ftyp/);
			expect(request.length).toBeLessThan(8000);
		}
		await browser.close();
	});

	test('in noise nothing is judged, and that is said', async ({ stage }) => {
		const client = await learner(stage.mark, 'Machinist');
		const browser = await hearing(
			folder,
			inNoise(padded(amplify(spoken(115), -8), 0.4, 3), 2, dice(8))
		);
		const context = await browser.newContext({
			storageState: client.kept(),
			viewport: PHONE,
			baseURL: baseUrl(),
			locale: 'en-GB'
		});
		const page = await context.newPage();
		await page.goto(`/lessons/${lesson}`);
		await page.getByRole('button', { name: 'Say it' }).click();
		const dialog = page.getByRole('dialog', { name: 'Say it aloud' });
		await dialog.getByRole('button', { name: /^(Record yourself|Use the microphone)$/ }).click();
		await expect(dialog.getByText('Speak now.')).toBeVisible();
		// Noise never falls silent: the recording ends when the line has had its time.
		await expect(dialog.getByText('Too noisy to judge fairly.')).toBeVisible({ timeout: 40_000 });
		await expect(dialog.locator('path.mine')).toHaveCount(0);
		await browser.close();
	});

	test('without leave for the microphone one is told what to do, and can still listen', async ({
		as,
		stage
	}) => {
		const client = await learner(stage.mark, 'Shy');
		const page = await as(undefined, { storageState: client.kept(), viewport: PHONE });
		await page.goto(`/lessons/${lesson}`);
		await page.getByRole('button', { name: 'Say it' }).click();
		const dialog = page.getByRole('dialog', { name: 'Say it aloud' });
		await expect(dialog.getByText('The recording is analysed on this device')).toBeVisible();
		await dialog.getByRole('button', { name: 'Use the microphone' }).click();
		await expect(dialog.getByRole('alert')).toBeVisible();
		await expect(dialog.getByRole('button', { name: 'Hear the teacher' })).toBeVisible();
	});

	test('a round of tone pairs by keyboard', async ({ as, stage }) => {
		const client = await learner(stage.mark, 'Listener');
		const now = new Date().toISOString();
		await client.call('POST', '/api/reviews', {
			reviews: [
				{ id: newId(), word: '按钮', kind: 'keep', at: now },
				{ id: newId(), word: '按下', kind: 'keep', at: now }
			]
		});
		const page = await as(undefined, { storageState: client.kept(), viewport: PHONE });
		await page.goto('/words');
		await page.getByRole('link', { name: 'Practise tone pairs' }).click();
		const over = page.getByRole('heading', { name: /words? heard rightly$/ });
		const next = page.getByRole('button', { name: 'Next' });
		const skip = page.getByRole('button', { name: 'Go on' });
		const options = page.getByRole('group', { name: 'Which tones do you hear?' });
		for (let i = 0; i < 12; i++) {
			await expect(over.or(options).or(skip).first()).toBeVisible();
			if (await over.isVisible()) break;
			if (await skip.isVisible()) {
				await skip.press('Enter');
				continue;
			}
			await page.keyboard.press('1');
			await expect(next).toBeFocused();
			await page.keyboard.press('Enter');
		}
		await expect(over).toBeVisible();
		const { answers } = await (async () => {
			await expect
				.poll(
					async () =>
						(await client.call<{ answers: unknown[] }>('GET', '/api/tones')).answers.length,
					{ timeout: 20_000 }
				)
				.toBeGreaterThan(0);
			return client.call<{ answers: { exercise: string }[] }>('GET', '/api/tones');
		})();
		expect(answers.every(({ exercise }) => exercise === 'tone')).toBe(true);
	});
});
