import type { Id, PollAnswer } from '../protocol.ts';
import { refusal, type LiveClass } from './class.ts';

/** One's answer to a poll on its way to the class. It may be changed until the poll is closed. Reactive. */
export class Answering {
	value = $state.raw<PollAnswer>();
	state = $state<'none' | 'sending' | 'saved' | 'failed'>('none');
	/** Why it failed. */
	why = $state('');
	private turn = 0;
	private timer?: ReturnType<typeof setTimeout>;

	constructor(
		private readonly live: Pick<LiveClass, 'do'>,
		private readonly poll: Id,
		mine?: PollAnswer
	) {
		this.value = mine;
		if (mine) this.state = 'saved';
	}

	/** Gives or changes the answer; `wait` lets a hand that walks over the options come to rest first. */
	give(answer: PollAnswer, wait = false): void {
		this.value = answer;
		this.state = 'sending';
		const turn = ++this.turn;
		clearTimeout(this.timer);
		if (wait) this.timer = setTimeout(() => void this.send(answer, turn), 400);
		else void this.send(answer, turn);
	}

	/** Sends the answer that failed once more. */
	again(): void {
		if (this.value) this.give(this.value);
	}

	private async send(answer: PollAnswer, turn: number): Promise<void> {
		try {
			await this.live.do('poll.answer', { poll: this.poll, answer });
			// A newer answer speaks for itself.
			if (turn === this.turn) this.state = 'saved';
		} catch (error) {
			if (turn !== this.turn) return;
			this.state = 'failed';
			this.why = refusal(error);
		}
	}
}
