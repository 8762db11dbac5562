import { m } from '#lib/i18n';
import { toast } from '#lib/ui';
import { onDestroy, untrack } from 'svelte';
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import { act } from '../act.ts';
import type { Live } from '../live.svelte.ts';
import type { Id, OnAir } from '../protocol.ts';
import {
	camera,
	DeviceError,
	keepChoice,
	knownChoice,
	microphone,
	screen,
	type Choice,
	type Trouble
} from './devices.ts';
import { SocketTransport } from './socket-transport.ts';
import { support, supportOfCodecs, type Able } from './support.ts';
import type { Kind, MediaTransport, Published } from './transport.ts';

const KINDS: Kind[] = ['voice', 'picture', 'screen'];
const OPEN = { voice: microphone, picture: camera, screen };
/** The answer of the class may come before the event that says the same. */
const GRACE = 2000;

/** One's own voice, picture or screen on air. */
interface Own {
	track: MediaStreamTrack;
	published?: Published;
}

/** What a person has on air and hears of others in one class. All of it is reactive. */
export class Studio {
	able = $state.raw<Able>(support());
	/** One's own tracks that are on air. */
	readonly own = new SvelteMap<Kind, Own>();
	/** What is being turned on or off. */
	readonly busy = new SvelteSet<Kind>();
	trouble = $state.raw<{ kind: Kind; why: Trouble }>();
	/** The browser waits for a touch before anything can be heard. */
	blocked = $state(false);
	/** One's own pictures have stopped: the line up is too weak. */
	starved = $state(false);
	/** Level of one's own microphone, dB, and whether it is being sent. */
	level = $state(-100);
	speaking = $state(false);
	/** Push-to-talk: key or button is down. */
	held = $state(false);
	choice = $state.raw<Choice>(knownChoice());
	/** Level of what is heard of each person, 0–1. */
	readonly levels = new SvelteMap<Id, number>();
	readonly talking = new SvelteSet<Id>();
	cost = $state.raw({ voice: 0, pictures: 0 });

	readonly mine = $derived.by(() => this.live.room?.air.find((one) => this.isMe(one)));
	private readonly transport: MediaTransport;
	private readonly stops: (() => void)[] = [];
	private taken = -Infinity;
	private closed = false;

	constructor(readonly live: Live) {
		this.transport = this.connect();
		this.transport.setVolume(this.choice.volume);
		if (this.choice.speaker) void this.transport.setSpeaker(this.choice.speaker);
		void supportOfCodecs().then((able) => this.found(able));
		const counting = setInterval(() => (this.cost = this.transport.cost()), 2000);
		this.stops.push(
			() => clearInterval(counting),
			live.on('speaking', ({ person, on }: { person: Id; on: boolean }) => {
				if (on) this.talking.add(person);
				else this.talking.delete(person);
			}),
			live.on('joined', () => void this.again()),
			$effect.root(() => {
				$effect(() => this.follow());
			})
		);
	}

	private isMe({ person }: OnAir): boolean {
		return person === this.live.you?.id;
	}

	private connect(): MediaTransport {
		const { live } = this;
		const whoIsOn = (slot: number) => {
			const space = live.room?.space ?? '';
			return live.room?.air.find((one) => one.slot === slot && (one.space ?? '') === space)?.person;
		};
		return new SocketTransport(live, whoIsOn, this.able, {
			levels: (levels) => levels.forEach((level, person) => this.hear(person, level)),
			own: (level, speaking) => ([this.level, this.speaking] = [level, speaking]),
			blocked: (blocked) => (this.blocked = blocked),
			starved: (starved) => (this.starved = starved),
			failed: (kind) => void this.fail(kind)
		});
	}

	/** Turns one's own voice, picture or screen on or off. */
	async turn(kind: Kind, on: boolean): Promise<void> {
		if (this.busy.has(kind)) return;
		this.busy.add(kind);
		this.trouble = undefined;
		try {
			if (on) await this.start(kind);
			else await this.end(kind);
		} catch (error) {
			this.drop(kind);
			// Who closes the browser's own choice of a screen knows that.
			const why = error instanceof DeviceError ? error.why : 'busy';
			if (kind !== 'screen' || why !== 'denied') this.trouble = { kind, why };
		} finally {
			this.busy.delete(kind);
		}
	}

	/** Goes off the air with everything. */
	async leave(): Promise<void> {
		for (const kind of KINDS) this.drop(kind);
		if (this.mine) await act(this.live, 'air.leave');
	}

	/** Push-to-talk. */
	hold(on: boolean): void {
		this.held = on;
		this.setGate();
	}

	/** Keeps another choice of devices and uses it at once. */
	async choose(choice: Choice): Promise<void> {
		const before = this.choice;
		this.choice = choice;
		keepChoice(choice);
		this.transport.setVolume(choice.volume);
		if (choice.speaker !== before.speaker) await this.transport.setSpeaker(choice.speaker ?? '');
		this.setGate();
		const { microphone: id, echo, noise, gain } = choice;
		const other =
			id !== before.microphone ||
			echo !== before.echo ||
			noise !== before.noise ||
			gain !== before.gain;
		if (other) await this.renew('voice');
		if (choice.camera !== before.camera) await this.renew('picture');
	}

	/** Lets voices be heard; call it in answer to a touch. */
	async unblock(): Promise<void> {
		await this.transport.unblock();
	}

	/** Shows somebody's picture or screen inside an element; for `{@attach}`. */
	show(person: Id, kind: 'picture' | 'screen'): (host: HTMLElement) => () => void {
		return (host) => untrack(() => this.transport.show(person, kind, host));
	}

	close(): void {
		this.closed = true;
		for (const stop of this.stops) stop();
		for (const kind of KINDS) this.drop(kind);
		this.transport.close();
	}

	private found(able: Able): void {
		this.able = able;
		// Pictures that cannot be shown need not be sent.
		if (!able.see && this.live.video && !this.closed) this.live.wantVideo(false);
	}

	/** Shows the level as a meter does: up at once, down slowly. */
	private hear(person: Id, level: number): void {
		const shown = Math.max(level, (this.levels.get(person) ?? 0) * 0.75);
		this.levels.set(person, shown < 0.0005 ? 0 : shown);
	}

	private async start(kind: Kind): Promise<void> {
		const track = await OPEN[kind](this.choice);
		this.own.set(kind, { track });
		this.taken = performance.now();
		if (!(await act(this.live, 'air.take', this.set()))) return this.drop(kind);
		// The class may have said no again while it was asked.
		if (!this.own.has(kind) || this.closed) return this.stopTrack(track);
		await this.publish(kind, track);
	}

	private async publish(kind: Kind, track: MediaStreamTrack): Promise<void> {
		track.onended = () => void this.turn(kind, false);
		const published = await this.transport.publish(kind, track);
		if (this.own.get(kind)?.track !== track) return published.stop();
		this.own.set(kind, { track, published });
		this.setGate();
	}

	private async end(kind: Kind): Promise<void> {
		this.drop(kind);
		if (!this.mine) return;
		this.taken = performance.now();
		if (this.own.size) await act(this.live, 'air.take', this.set());
		else await act(this.live, 'air.leave');
	}

	private async renew(kind: 'voice' | 'picture'): Promise<void> {
		if (!this.own.has(kind) || this.busy.has(kind)) return;
		this.busy.add(kind);
		try {
			this.drop(kind);
			const track = await OPEN[kind](this.choice);
			this.own.set(kind, { track });
			await this.publish(kind, track);
		} catch (error) {
			this.trouble = { kind, why: error instanceof DeviceError ? error.why : 'busy' };
			await this.end(kind);
		} finally {
			this.busy.delete(kind);
		}
	}

	private async fail(kind: Kind): Promise<void> {
		await this.turn(kind, false);
		this.trouble = { kind, why: 'unsupported' };
	}

	private set(): Record<Kind, boolean> {
		const has = (kind: Kind) => this.own.has(kind);
		return { voice: has('voice'), picture: has('picture'), screen: has('screen') };
	}

	private setGate(): void {
		const published = this.own.get('voice')?.published;
		if (published) published.open = !this.choice.hold || this.held;
	}

	private drop(kind: Kind): void {
		const own = this.own.get(kind);
		this.own.delete(kind);
		own?.published?.stop();
		if (own) this.stopTrack(own.track);
	}

	private stopTrack(track: MediaStreamTrack): void {
		track.onended = null;
		track.stop();
	}

	/** Microphone and camera go out with the air: whoever was taken off is not listened to. */
	private follow(): void {
		const { room, status } = this.live;
		const on = new Set(room?.air.map(({ person }) => person));
		const mine = this.mine;
		const has = { voice: mine?.voice, picture: mine?.picture, screen: mine?.screen };
		untrack(() => {
			for (const person of this.levels.keys()) if (!on.has(person)) this.levels.delete(person);
			for (const person of this.talking) if (!on.has(person)) this.talking.delete(person);
			if (status === 'ended' || status === 'refused') for (const kind of KINDS) this.drop(kind);
			if (status !== 'live') return;
			if (performance.now() - this.taken < GRACE) {
				setTimeout(() => !this.closed && this.follow(), GRACE);
				return;
			}
			for (const kind of KINDS) if (!has[kind]) this.drop(kind);
		});
	}

	/** Whoever was cut off goes on air again when the line is back. */
	private async again(): Promise<void> {
		if (!this.own.size || this.live.status !== 'live') return;
		this.taken = performance.now();
		try {
			await this.live.do('air.take', this.set());
		} catch {
			for (const kind of KINDS) this.drop(kind);
			toast(m.air_lost());
		}
	}
}

const studios = new WeakMap<Live, { studio: Studio; users: number }>();

/** The studio of a class, shared by all who show something of it; call it while a component is made. */
export function openStudio(live: Live): Studio {
	const known = studios.get(live) ?? { studio: new Studio(live), users: 0 };
	studios.set(live, known);
	known.users++;
	onDestroy(() => {
		if (--known.users > 0) return;
		studios.delete(live);
		known.studio.close();
	});
	return known.studio;
}
