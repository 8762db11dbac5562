// Hands the sound of the microphone to the page, 2,048 samples at a time.
class Tap extends AudioWorkletProcessor {
	constructor() {
		super();
		this.buffer = new Float32Array(2048);
		this.at = 0;
	}

	/** @param {Float32Array[][]} inputs */
	process([input]) {
		const channel = input[0];
		if (!channel) return true;
		for (const sample of channel) {
			this.buffer[this.at++] = sample;
			if (this.at === this.buffer.length) {
				this.port.postMessage(this.buffer);
				this.at = 0;
			}
		}
		return true;
	}
}

registerProcessor('tap', Tap);
