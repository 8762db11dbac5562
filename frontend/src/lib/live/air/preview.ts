/** Shows a track of this device in a video element; for `{@attach}`. */
export function preview(track: MediaStreamTrack): (video: HTMLVideoElement) => () => void {
	return (video) => {
		video.muted = true;
		video.srcObject = new MediaStream([track]);
		void video.play().catch(() => undefined); // it begins when the page is touched
		return () => (video.srcObject = null);
	};
}
