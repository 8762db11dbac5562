// Hands the sound of the microphone to the page, 20 ms at a time, with its place in the stream.
class Capture extends AudioWorkletProcessor {
	constructor() {
		super();
		this.buffer = new Float32Array(960);
		this.at = 0;
		this.frame = 0;
	}

	/** @param {Float32Array[][]} inputs */
	process([input]) {
		const channel = input[0];
		if (!channel) return true;
		for (const sample of channel) {
			this.buffer[this.at++] = sample;
			if (this.at < this.buffer.length) continue;
			this.port.postMessage({ frame: this.frame, samples: this.buffer });
			this.frame += this.at;
			this.at = 0;
		}
		return true;
	}
}

registerProcessor('capture', Capture);
