import { PICTURE, SCREEN, VOICE, type Id, type MediaFrame } from '../protocol.ts';
import { LineRate } from './line-rate.ts';
import type { Line } from './line.ts';
import { PictureDown } from './picture-down.ts';
import { PictureUp } from './picture-up.ts';
import { Sound } from './sound.ts';
import { pictureCodec, type Able } from './support.ts';
import { Traffic } from './traffic.ts';
import type { Heard, Kind, MediaTransport, Published, Quality } from './transport.ts';
import { VoiceDown } from './voice-down.ts';
import { Throttle } from './voice-gate.ts';
import { VoiceUp } from './voice-up.ts';

const TICK = 500;
/** How often the round trip is measured while pictures are sent: every so many ticks. */
const PROBE = 4;
/** Eight bytes of ours are in the frame; these are the WebSocket's. */
const HEADER = 4;

/** Who has a slot in the space that one is in. */
export type WhoIsOn = (slot: number) => Id | undefined;

/** Voice and picture over the socket of the class. */
export class SocketTransport implements MediaTransport {
	private readonly sound?: Sound;
	private readonly rate = new LineRate();
	private readonly traffic = { voice: new Traffic(), pictures: new Traffic() };
	private readonly pictures = new Map<string, PictureDown>();
	private readonly owners = new Map<number, Id>();
	private readonly ups = new Set<PictureUp>();
	private readonly stops: (() => void)[] = [];
	private readonly timer: ReturnType<typeof setInterval>;
	private voice?: VoiceDown;
	private speaking = false;
	private readonly throttle = new Throttle();
	private ticks = 0;
	private trip?: number;
	private probing?: number;
	private people = 0;
	private starved = false;

	constructor(
		private readonly line: Line,
		private readonly whoIsOn: WhoIsOn,
		able: Able,
		private readonly heard: Heard
	) {
		if (able.hear || able.speak) this.sound = new Sound((blocked) => heard.blocked(blocked));
		if (able.hear) void this.listen();
		this.stops.push(
			line.onFrame((frame) => this.came(frame)),
			// Who is new has nothing to go on from.
			line.on('count', ({ people }: { people: number }) => {
				if (people > this.people) this.wantKeys();
				this.people = people;
			}),
			line.on('joined', () => this.wantKeys())
		);
		this.timer = setInterval(() => this.tick(), TICK);
	}

	async publish(kind: Kind, track: MediaStreamTrack): Promise<Published> {
		return kind === 'voice' ? this.speak(track) : this.picture(kind, track);
	}

	show(person: Id, kind: Exclude<Kind, 'voice'>, host: HTMLElement): () => void {
		return this.pictureOf(person, kind).show(host);
	}

	setVolume(volume: number): void {
		this.sound?.setVolume(volume);
	}

	async unblock(): Promise<void> {
		await this.sound?.unblock();
	}

	async setSpeaker(id: string): Promise<boolean> {
		return (await this.sound?.setSpeaker(id)) ?? false;
	}

	quality(): Quality {
		return this.voice?.quality() ?? {};
	}

	cost(): { voice: number; pictures: number } {
		const now = performance.now();
		return {
			voice: this.traffic.voice.perMinute(now),
			pictures: this.traffic.pictures.perMinute(now)
		};
	}

	close(): void {
		clearInterval(this.timer);
		for (const stop of this.stops) stop();
		for (const picture of this.pictures.values()) picture.close();
		this.voice?.close();
		this.sound?.close();
		this.line.vitals = {};
	}

	private async listen(): Promise<void> {
		const player = await this.sound!.player();
		if (!player) return;
		this.voice = new VoiceDown(player, (slots) => {
			const levels = new Map<Id, number>();
			for (const { slot, level } of slots) {
				const person = this.owners.get(slot);
				if (person) levels.set(person, level);
			}
			this.heard.levels(levels);
		});
	}

	private async speak(track: MediaStreamTrack): Promise<Published> {
		await this.sound?.unblock();
		let told = 0;
		const up = new VoiceUp(this.line, {
			bitrate: () => this.rate.voice(performance.now()),
			failed: () => this.heard.failed('voice'),
			level: (level, speaking) => {
				this.sayWhether(speaking);
				if (told++ % 5 === 0) this.heard.own(level, speaking);
			}
		});
		await up.start(this.sound!, track);
		return {
			get open() {
				return up.open;
			},
			set open(open) {
				up.open = open;
			},
			stop: () => {
				up.stop();
				this.speaking = false;
				this.heard.own(-100, false);
			}
		};
	}

	private async picture(kind: 'picture' | 'screen', track: MediaStreamTrack): Promise<Published> {
		const codec = await pictureCodec();
		if (!codec) throw new Error('no codec for pictures');
		const up = new PictureUp(kind, track, this.line, {
			codec,
			bitrate: () => (this.rate.pictures(performance.now()) ? this.rate[kind] : 0),
			failed: () => this.heard.failed(kind)
		});
		this.ups.add(up);
		return {
			open: true,
			stop: () => {
				this.ups.delete(up);
				up.stop();
			}
		};
	}

	private sayWhether(speaking: boolean): void {
		this.speaking = speaking;
		const turn = this.throttle.turn(speaking, performance.now());
		if (turn !== undefined) this.line.say('speaking', { on: turn });
	}

	private wantKeys(): void {
		for (const up of this.ups) up.wantKey();
	}

	private came(frame: MediaFrame): void {
		const person = this.whoIsOn(frame.slot);
		if (!person) return;
		const bytes = frame.payload.length + 8 + HEADER;
		const voice = frame.kind === VOICE;
		this.traffic[voice ? 'voice' : 'pictures'].add(bytes, performance.now());
		if (this.owners.get(frame.slot) !== person) {
			this.owners.set(frame.slot, person);
			this.voice?.reset(frame.slot);
		}
		if (voice) this.voice?.frame(frame);
		else if (frame.kind === PICTURE || frame.kind === SCREEN)
			this.pictureOf(person, frame.kind === SCREEN ? 'screen' : 'picture').frame(frame);
	}

	private pictureOf(person: Id, kind: string): PictureDown {
		const key = `${kind} ${person}`;
		const known = this.pictures.get(key) ?? new PictureDown();
		this.pictures.set(key, known);
		return known;
	}

	private tick(): void {
		const now = performance.now();
		const sending = this.ups.size > 0;
		if (sending && ++this.ticks % PROBE === 0) void this.probe(now);
		// One that has not come back yet is at least as long as it has been away.
		const trip =
			this.probing === undefined ? this.trip : Math.max(this.trip ?? 0, now - this.probing);
		this.rate.hear({ backlog: this.line.backlog, trip: sending ? trip : undefined }, now);
		const starved = sending && !this.rate.pictures(now);
		if (starved !== this.starved) this.heard.starved((this.starved = starved));
		this.line.vitals = this.quality();
	}

	/** What is asked waits behind what is sent: bytes that wait inside the network are counted by nobody else. */
	private async probe(now: number): Promise<void> {
		if (this.probing !== undefined) return;
		this.probing = now;
		try {
			await this.line.do('speaking', { on: this.speaking });
			this.trip = performance.now() - now;
		} catch {
			this.trip = undefined; // cut, or not on air any more
		}
		this.probing = undefined;
	}
}
