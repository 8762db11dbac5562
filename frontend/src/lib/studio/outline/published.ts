import { call } from '#lib/api/client.ts';
import type { PublishedCourse } from './differs';

/** The course as learners see it, with its bytes in each quality, sound included. */
export function publishedCourse(
	slug: string
): Promise<PublishedCourse & { sizes: { rendition: string; bytes: number }[] }> {
	return call('GET', `/api/courses/${slug}`);
}
