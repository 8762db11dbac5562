import { m } from '#lib/i18n';

type Words = Record<string, () => string>;

const failures: Words = {
	not_a_video: m.studio_fail_not_a_video,
	not_an_image: m.studio_fail_not_an_image,
	broken: m.studio_fail_broken,
	truncated: m.studio_fail_truncated,
	too_long: m.studio_fail_too_long,
	too_short: m.studio_fail_too_short,
	too_large_picture: m.studio_fail_too_large_picture,
	no_video_stream: m.studio_fail_no_video_stream,
	too_many_streams: m.studio_fail_too_many_streams,
	unsupported_codec: m.studio_fail_unsupported_codec,
	encrypted: m.studio_fail_encrypted,
	out_of_time: m.studio_fail_out_of_time,
	not_a_sound: m.terms_fail_sound,
	sound_too_long: m.terms_fail_long,
	silent: m.terms_fail_silent,
	nothing_recorded: m.studio_fail_nothing_recorded,
	not_slides: m.studio_fail_not_slides,
	too_many_pages: m.studio_fail_too_many_pages,
	page_shape: m.studio_fail_page_shape,
	damaged_in_store: m.studio_fail_damaged
};

/** Why a file could not be used and what the author can do, by the code of the check. */
export function failureText(code: string | undefined): string {
	return (failures[code ?? ''] ?? m.studio_fail_other)();
}

const uploadRefusals: Words = {
	too_large: m.studio_fail_too_large,
	empty: m.studio_upload_empty,
	unauthenticated: m.studio_upload_signed_out,
	forbidden: m.studio_upload_forbidden,
	not_author: m.studio_upload_forbidden,
	not_found: m.studio_upload_gone
};

/** Why the server did not take an upload and what the author can do. */
export function uploadRefusalText(code: string): string {
	return (uploadRefusals[code] ?? m.studio_upload_refused)();
}

const problems: Words = {
	title_missing: m.studio_problem_title,
	text_missing: m.studio_problem_text,
	course_empty: m.studio_problem_no_units,
	unit_empty: m.studio_problem_no_lessons,
	lesson_empty: m.studio_problem_no_activities,
	video_missing: m.studio_problem_asset,
	video_gone: m.studio_problem_asset_gone,
	video_failed: m.studio_problem_asset_failed,
	video_not_ready: m.studio_problem_asset_not_ready,
	picture_missing: m.studio_problem_picture,
	exercises_missing: m.tasks_lack_exercises,
	steps_missing: m.tasks_lack_steps,
	step_text_missing: m.tasks_lack_chinese,
	translation_missing: m.tasks_lack_translation,
	label_picture_missing: m.tasks_lack_picture,
	spots_missing: m.tasks_lack_spots,
	spot_word_missing: m.tasks_lack_words,
	phrases_missing: m.tasks_lack_phrases,
	phrase_sound_missing: m.tasks_lack_sound,
	phrase_video_gone: m.tasks_lack_video,
	choices_too_few: m.tasks_lack_choices,
	checklist_missing: m.tasks_lack_checklist,
	can_do_missing: m.tasks_lack_can_do
};

/** What hinders publishing, and what to do about it. */
export function problemText(code: string): string {
	return (problems[code] ?? m.studio_problem_other)();
}
