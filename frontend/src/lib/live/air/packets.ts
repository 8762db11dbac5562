/** A packet of voice as it came. */
export interface Packet {
	/** 16 bits. */
	sequence: number;
	/** Sender's capture clock, ms, 32 bits. */
	time: number;
	payload: Uint8Array<ArrayBuffer>;
}

/** A packet whose turn it is. `time` runs on where 32 bits end; `lost`: packets before it that never came. */
export interface InTurn {
	time: number;
	payload: Uint8Array<ArrayBuffer>;
	lost: number;
	/** The first of a sender that began anew: what was before has nothing to do with it. */
	first: boolean;
}

/** Packets that may wait for one that is missing. A socket keeps order; it is lost when a sender changes the node. */
const WINDOW = 2;
/** Farther apart than this, it is not the same stream any more. */
const APART = 200;

/** Goes on counting where a counter of `bits` bits begins again. */
export function unwrap(last: number | undefined, value: number, bits: 16 | 32): number {
	if (last === undefined) return value;
	const round = 2 ** bits;
	const ahead = (((value - last) % round) + round) % round;
	return last + (ahead < round / 2 ? ahead : ahead - round);
}

/** Brings packets into order, drops what comes twice, and says what is missing. */
export class PacketQueue {
	private next?: number;
	private time?: number;
	private first = true;
	private readonly held = new Map<number, Packet>();

	push(packet: Packet): InTurn[] {
		let sequence = unwrap(this.next, packet.sequence, 16);
		if (this.next !== undefined && this.isAnew(sequence, packet.time)) {
			this.reset();
			sequence = packet.sequence;
		}
		this.next ??= sequence;
		if (sequence < this.next) return [];
		this.held.set(sequence, packet);
		const out = this.flush();
		if (this.held.size > WINDOW) {
			const lowest = Math.min(...this.held.keys());
			const lost = lowest - this.next;
			this.next = lowest;
			out.push(...this.flush(lost));
		}
		return out;
	}

	reset(): void {
		this.next = this.time = undefined;
		this.first = true;
		this.held.clear();
	}

	private isAnew(sequence: number, time: number): boolean {
		const steps = sequence - this.next!;
		if (Math.abs(steps) > APART) return true;
		if (this.time === undefined) return false;
		const passed = unwrap(this.time, time, 32) - this.time;
		// Counted back while its clock went on, or the other way round: another page of the same person.
		return (steps < -WINDOW && passed > 0) || (steps >= 0 && passed < -2000);
	}

	private flush(lost = 0): InTurn[] {
		const out: InTurn[] = [];
		for (let packet; (packet = this.held.get(this.next!)); this.next!++) {
			this.held.delete(this.next!);
			this.time = unwrap(this.time, packet.time, 32);
			out.push({ time: this.time, payload: packet.payload, lost, first: this.first });
			lost = 0;
			this.first = false;
		}
		return out;
	}
}
