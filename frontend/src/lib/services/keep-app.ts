/** Has the worker keep all files of the app, so that every page opens without a line. False when some did not come. */
export async function keepApp(): Promise<boolean> {
	if (!('serviceWorker' in navigator) || import.meta.env.DEV) return true;
	const { active } = await navigator.serviceWorker.ready;
	return new Promise((resolve) => {
		const { port1, port2 } = new MessageChannel();
		port1.onmessage = ({ data }) => resolve(data === true);
		active?.postMessage({ type: 'keep', paths: [], all: true }, [port2]);
	});
}
