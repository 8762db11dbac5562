// What the recorder finds where it runs, beside the page.
declare class AudioWorkletProcessor {
	readonly port: MessagePort;
}

declare function registerProcessor(name: string, processor: typeof AudioWorkletProcessor): void;
