import { error } from '@sveltejs/kit';

// Every other address: the server sends the app for all of them, so the app itself must say that there is nothing.
// Without this page SvelteKit would ask the server again, for ever.
export const load = () => error(404);
