import { api, call, send, take, type Schema } from '#lib/api/client.ts';
import { newReportId } from '#lib/progress/report.ts';

/** A procedure to put in order, or a picture whose parts are to be named. */
export type Exercise = Schema<'Exercise'>;
export type Step = Schema<'Step'>;
export type Spot = Schema<'Spot'>;
/** One try at an exercise, as the server's log takes it. */
export type Attempt = Schema<'Attempt'>;
export type Pick = Schema<'Pick'>;
/** A practical task: its safety lock and, once that is open, the task. */
export type TaskView = Schema<'TaskView'>;
export type TaskWork = Schema<'TaskWork'>;
export type TaskItem = Schema<'TaskItem'>;
export type Lock = Schema<'Lock'>;
/** A sitting of the safety lock: one question at a time. */
export type Sitting = Schema<'Sitting'>;
export type Question = Schema<'Question'>;
export type Answered = Schema<'Answered'>;
export type Submission = Schema<'Submission'>;
export type TaskFile = Schema<'TaskFile'>;
export type Mark = Schema<'Mark'>;
export type ItemResult = Schema<'ItemResult'>;
/** The practical tasks of a run, with what was handed in. */
export type RunTasks = Schema<'RunTasks'>;
export type RunTask = Schema<'RunTask'>;
export type LearnerTask = Schema<'LearnerTask'>;
export type Side = Mark['side'];

/** An id for what this device makes, in the order of time. */
export const newId = () => newReportId(Date.now());

export function task(id: string): Promise<TaskView> {
	return take(api.GET('/api/tasks/{id}', { params: { path: { id } } }));
}

/** Begins a sitting, or goes on with it. The zone says when the learner's day ends. */
export function sit(id: string, sitting: string): Promise<Sitting> {
	const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
	return take(
		api.PUT('/api/tasks/{id}/sittings/{sitting}', {
			params: { path: { id, sitting } },
			body: { timeZone: timeZone || 'UTC' }
		})
	);
}

/** Answers a question of a sitting; the same answer under the same id may be sent again. */
export function answerLock(
	path: { id: string; sitting: string; answer: string },
	body: Schema<'LockAnswer'>
): Promise<Answered> {
	return take(
		api.PUT('/api/tasks/{id}/sittings/{sitting}/answers/{answer}', { params: { path }, body })
	);
}

/** Sends a picture or a recording; it waits on the server until it is handed in. */
export async function sendFile(id: string, file: string, data: Blob): Promise<TaskFile> {
	const url = new URL(`/api/tasks/${id}/files/${file}`, location.origin);
	const headers = { 'Content-Type': 'application/octet-stream' };
	const body = await data.arrayBuffer();
	const answer = await send(new Request(url, { method: 'PUT', headers, body }));
	return (await answer.json()) as TaskFile;
}

export function dropFile(id: string, file: string): Promise<void> {
	return call('DELETE', `/api/tasks/${id}/files/${file}`);
}

export const fileAddress = (file: string) => `/api/task-files/${file}`;

/** Hands in a task. */
export function submit(
	id: string,
	submission: string,
	body: Schema<'NewSubmission'>
): Promise<TaskView> {
	return take(
		api.PUT('/api/tasks/{id}/submissions/{submission}', {
			params: { path: { id, submission } },
			body
		})
	);
}

export function runTasks(id: string): Promise<RunTasks> {
	return take(api.GET('/api/runs/{id}/tasks', { params: { path: { id } } }));
}

/** Marks one side of what was handed in. */
export function mark(id: string, markId: string, body: Schema<'NewMark'>): Promise<LearnerTask> {
	return take(
		api.PUT('/api/submissions/{id}/marks/{mark}', {
			params: { path: { id, mark: markId } },
			body
		})
	);
}
