/** Reads the pictures of a track until it is stopped. Who is told owns the frame and closes it. */
export function readFrames(track: MediaStreamTrack, told: (frame: VideoFrame) => void): () => void {
	return 'MediaStreamTrackProcessor' in window ? byProcessor(track, told) : byVideo(track, told);
}

interface Processor {
	readable: ReadableStream<VideoFrame>;
}
type MakeProcessor = new (init: { track: MediaStreamTrack }) => Processor;

function byProcessor(track: MediaStreamTrack, told: (frame: VideoFrame) => void): () => void {
	const Make = (window as unknown as { MediaStreamTrackProcessor: MakeProcessor })
		.MediaStreamTrackProcessor;
	const reader = new Make({ track }).readable.getReader();
	let on = true;
	const read = async () => {
		while (on) {
			const { value, done } = await reader.read();
			if (done || !value) return;
			if (on) told(value);
			else value.close();
		}
	};
	read().catch(() => undefined); // the track has ended
	return () => {
		on = false;
		void reader.cancel().catch(() => undefined);
	};
}

// Safari and Firefox show a track only to a video element.
function byVideo(track: MediaStreamTrack, told: (frame: VideoFrame) => void): () => void {
	const video = document.createElement('video');
	video.muted = video.playsInline = true;
	video.srcObject = new MediaStream([track]);
	let on = true;
	const look = () => {
		if (!on) return;
		if (video.videoWidth > 0)
			told(new VideoFrame(video, { timestamp: Math.round(performance.now() * 1000) }));
		video.requestVideoFrameCallback(look);
	};
	video.requestVideoFrameCallback(look);
	void video.play().catch(() => undefined);
	return () => {
		on = false;
		video.srcObject = null;
	};
}

/** The size that a picture is sent in: not wider than `most`, and even, as H.264 wants it. */
export function fitted(width: number, height: number, most: number): [number, number] {
	const share = Math.min(1, most / Math.max(1, width));
	const even = (side: number) => Math.max(2, Math.round((side * share) / 2) * 2);
	return [even(width), even(height)];
}

/** The picture in this size; the one that was given is closed if another is made. */
export function scaled(frame: VideoFrame, width: number, height: number): VideoFrame {
	if (frame.displayWidth === width && frame.displayHeight === height) return frame;
	const canvas = new OffscreenCanvas(width, height);
	canvas.getContext('2d')!.drawImage(frame, 0, 0, width, height);
	const { timestamp } = frame;
	frame.close();
	return new VideoFrame(canvas, { timestamp });
}
