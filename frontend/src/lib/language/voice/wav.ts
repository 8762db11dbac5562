/** Samples as a WAV file of 16 bits, which every browser plays, slower too without changing its pitch. */
export function wav(samples: Float32Array, rate: number): Blob {
	const view = new DataView(new ArrayBuffer(44 + samples.length * 2));
	const text = (at: number, letters: string) =>
		[...letters].forEach((letter, i) => view.setUint8(at + i, letter.charCodeAt(0)));
	text(0, 'RIFF');
	view.setUint32(4, 36 + samples.length * 2, true);
	text(8, 'WAVEfmt ');
	view.setUint32(16, 16, true);
	view.setUint16(20, 1, true);
	view.setUint16(22, 1, true);
	view.setUint32(24, rate, true);
	view.setUint32(28, rate * 2, true);
	view.setUint16(32, 2, true);
	view.setUint16(34, 16, true);
	text(36, 'data');
	view.setUint32(40, samples.length * 2, true);
	samples.forEach((sample, i) =>
		view.setInt16(44 + i * 2, Math.max(-1, Math.min(1, sample)) * 0x7fff, true)
	);
	return new Blob([view], { type: 'audio/wav' });
}
