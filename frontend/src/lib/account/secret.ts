/**
 * The secret that a mail's link carries behind its `#`, and takes it out of the address bar at once:
 * it must reach neither a log nor the next person at this screen.
 */
export function secretOf(hash: string): string {
	const secret = new URLSearchParams(hash.replace(/^#/, '')).get('token') ?? '';
	if (secret) history.replaceState(history.state, '', location.pathname + location.search);
	return secret;
}
