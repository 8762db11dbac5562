/** A UUIDv7 for what is made on this device: ids sort by time, and the server takes each once. */
export { newReportId as newId } from '#lib/progress/report.ts';
