/** Silence after speech that ends a recording, and silence before any that does. Seconds. */
const PAUSE = 1.1;
const PATIENCE = 6;
/** Speech stands so many dB out of what was softest. */
const OUT = 12;

/** Notices when somebody has finished speaking. */
export class Ending {
	private floor = -45;
	private spoke = false;
	private still = 0;
	private time = 0;

	/** `longest` recording, in seconds. */
	constructor(private readonly longest: number) {}

	/** Takes the level (dB) of the next piece of so many seconds; true when the recording shall end. */
	hear(level: number, seconds: number): boolean {
		this.time += seconds;
		this.floor = Math.max(-75, Math.min(this.floor, level));
		const loud = level > this.floor + OUT;
		this.spoke ||= loud;
		this.still = loud ? 0 : this.still + seconds;
		return this.time > this.longest || this.still > (this.spoke ? PAUSE : PATIENCE);
	}
}
