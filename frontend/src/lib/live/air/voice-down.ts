import type { MediaFrame } from '../protocol.ts';
import { PacketQueue, type InTurn } from './packets.ts';
import type { PlayerReport, ToPlayer } from './player.worklet.ts';
import { OPUS } from './support.ts';
import type { Quality } from './transport.ts';

/** Reports of 15 s, as long as from ping to ping. */
const REPORTS = 150;

interface Slot {
	queue: PacketQueue;
	decoder?: AudioDecoder;
	/** What was given to the decoder and has not come back. */
	given: { time: number; lost: number }[];
	/** Packets lost before one that could not be decoded. */
	owed: number;
}

/** Decodes the voices that are on air and hands them to the player. */
export class VoiceDown {
	private readonly slots = new Map<number, Slot>();
	private readonly past: { heard: number; bad: number; delays: number[] }[] = [];
	private readonly last = new Map<number, PlayerReport>();

	constructor(
		private readonly player: AudioWorkletNode,
		onlevels: (levels: { slot: number; level: number }[]) => void
	) {
		player.port.onmessage = ({ data }: MessageEvent<PlayerReport[]>) => {
			this.note(data);
			onlevels(data);
		};
	}

	frame(frame: MediaFrame): void {
		const slot = this.slots.get(frame.slot) ?? this.take(frame.slot);
		for (const packet of slot.queue.push(frame)) {
			if (packet.first) this.tell({ slot: frame.slot });
			this.decode(frame.slot, slot, packet);
		}
	}

	/** Somebody else has this slot now. */
	reset(slot: number): void {
		this.drop(this.slots.get(slot));
		this.slots.delete(slot);
		this.tell({ slot });
	}

	quality(): Quality {
		let heard = 0;
		let bad = 0;
		const delays: number[] = [];
		for (const one of this.past) {
			heard += one.heard;
			bad += one.bad;
			delays.push(...one.delays);
		}
		if (!heard) return {};
		const delay = Math.round(delays.reduce((sum, one) => sum + one, 0) / delays.length);
		return { delay, loss: Math.min(1, Math.round((bad / heard) * 1000) / 1000) };
	}

	close(): void {
		for (const slot of this.slots.values()) this.drop(slot);
		this.slots.clear();
		this.player.port.onmessage = null;
		this.player.disconnect();
	}

	private take(at: number): Slot {
		const slot: Slot = { queue: new PacketQueue(), given: [], owed: 0 };
		this.slots.set(at, slot);
		return slot;
	}

	private drop(slot?: Slot): void {
		if (slot?.decoder && slot.decoder.state !== 'closed') slot.decoder.close();
	}

	private decode(at: number, slot: Slot, { time, payload, lost }: InTurn): void {
		if (!slot.decoder || slot.decoder.state === 'closed') this.open(at, slot);
		slot.given.push({ time, lost: lost + slot.owed });
		slot.owed = 0;
		try {
			const type = 'key' as const;
			slot.decoder!.decode(
				new EncodedAudioChunk({ type, timestamp: time * 1000, duration: 60_000, data: payload })
			);
		} catch {
			this.spoilt(slot);
		}
	}

	private open(at: number, slot: Slot): void {
		slot.given = [];
		slot.decoder = new AudioDecoder({
			output: (data) => this.decoded(at, slot, data),
			error: () => this.spoilt(slot)
		});
		slot.decoder.configure(OPUS);
	}

	/** A packet that is no Opus costs itself; the next gets a new decoder. */
	private spoilt(slot: Slot): void {
		slot.owed += slot.given.reduce((sum, { lost }) => sum + lost + 1, 0);
		slot.given = [];
		this.drop(slot);
	}

	private decoded(at: number, slot: Slot, data: AudioData): void {
		const samples = new Float32Array(data.numberOfFrames);
		data.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
		const { timestamp } = data;
		data.close();
		const given = slot.given.shift();
		const time = given?.time ?? timestamp / 1000;
		this.tell({ slot: at, piece: { time, samples, lost: given?.lost ?? 0 } }, [samples.buffer]);
	}

	private tell(message: ToPlayer, transfer: Transferable[] = []): void {
		this.player.port.postMessage(message, transfer);
	}

	private note(reports: PlayerReport[]): void {
		const now = { heard: 0, bad: 0, delays: [] as number[] };
		for (const report of reports) {
			const last = this.last.get(report.slot);
			this.last.set(report.slot, report);
			const heard = report.heard - (last?.heard ?? 0);
			const lost = report.lost - (last?.lost ?? 0);
			const late = report.late - (last?.late ?? 0);
			now.heard += heard + lost;
			now.bad += lost + late;
			if (heard > 0) now.delays.push(report.delay);
		}
		this.past.push(now);
		if (this.past.length > REPORTS) this.past.shift();
	}
}
