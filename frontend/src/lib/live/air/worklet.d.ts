// What the player finds where it runs, beside what the recorder declares.
declare const currentFrame: number;
