/**
 * The outlines of our own icons: strokes in a 24 × 24 box, 2 wide, drawn with square ends like brush tips lifted.
 * `onward` ones point the way one reads and turn round in right-to-left scripts.
 */
export const icons = {
	add: 'M12 5v14M5 12h14',
	audio: 'M4 10v4h4l5 4V6L8 10zM16 9a4 4 0 0 1 0 6M18.5 6.5a8 8 0 0 1 0 11',
	back: 'M19 12H5M11 6l-6 6 6 6',
	bell: 'M6 17V11a6 6 0 0 1 12 0v6M4 17h16M10 20h4',
	book: 'M4 5h6a2 2 0 0 1 2 2v13a2 2 0 0 0-2-2H4zM20 5h-6a2 2 0 0 0-2 2v13a2 2 0 0 1 2-2h6z',
	captions:
		'M3 6h18v12H3zM10 10H8a1 1 0 0 0-1 1v2a1 1 0 0 0 1 1h2M17 10h-2a1 1 0 0 0-1 1v2a1 1 0 0 0 1 1h2',
	check: 'M5 12.5l4.5 4.5L19 7',
	clock: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 7v5l3.5 2',
	close: 'M6 6l12 12M18 6L6 18',
	cloud: 'M7 18a4 4 0 0 1-.5-8A6 6 0 0 1 18 9.5 4.3 4.3 0 0 1 17.5 18z',
	cut: 'M3 3l18 18M7 18a4 4 0 0 1-.5-8M9.5 6.4A6 6 0 0 1 18 9.5 4.3 4.3 0 0 1 20.6 16',
	down: 'M6 9l6 6 6-6',
	download: 'M12 4v11M7 11l5 5 5-5M5 20h14',
	edit: 'M4 20l1-5L16 4l4 4L9 19zM14 6l4 4',
	filter: 'M4 6h16M7 12h10M10 18h4',
	globe: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M3 12h18M12 3c5 5 5 13 0 18M12 3c-5 5-5 13 0 18',
	grip: 'M9 6v.01M15 6v.01M9 12v.01M15 12v.01M9 18v.01M15 18v.01',
	home: 'M4 11l8-7 8 7v9h-5v-6H9v6H4z',
	info: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 11v6M12 7.5v.01',
	link: 'M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1',
	lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
	mail: 'M3 6h18v12H3zM3 7l9 7 9-7',
	menu: 'M4 7h16M4 12h16M4 17h16',
	moon: 'M20 14.5A8 8 0 0 1 9.5 4 8 8 0 1 0 20 14.5z',
	more: 'M12 5v.01M12 12v.01M12 19v.01',
	next: 'M9 6l6 6-6 6',
	onward: 'M5 12h14M13 6l6 6-6 6',
	pause: 'M8 5v14M16 5v14',
	people:
		'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M2.5 20a6.5 6.5 0 0 1 13 0M16 4.4a3.5 3.5 0 0 1 0 6.2M18 14.4a6.5 6.5 0 0 1 3.5 5.6',
	person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4.5 20.5a7.5 7.5 0 0 1 15 0',
	play: 'M7 4.5v15l12-7.5z',
	previous: 'M15 6l-6 6 6 6',
	reload: 'M20 5v5h-5M19.5 10A8 8 0 1 0 20 14',
	search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M15.5 15.5L20 20',
	settings: 'M4 8h9M19 8h1M4 16h1M11 16h9M16 5.5v5M8 13.5v5',
	sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4',
	trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
	undo: 'M4 9h10a5.5 5.5 0 0 1 0 11H8M8 5L4 9l4 4',
	up: 'M6 15l6-6 6 6',
	upload: 'M12 20V8M7 12l5-5 5 5M5 4h14',
	video: 'M3 6h12v12H3zM15 10l6-3v10l-6-3',
	warning: 'M12 4L2.5 20h19zM12 10v5M12 17.5v.01',
	words: 'M4 4h16v16H4zM12 4v16M4 12h16',
	wrench: 'M14.5 9.5L5 19M20 6.5a4.5 4.5 0 0 1-6 4.2 4.5 4.5 0 0 1 3.5-7.2L15 6l3 3z'
} as const;

export type IconName = keyof typeof icons;

/** Those that point along the line of reading. */
export const directed: ReadonlySet<IconName> = new Set([
	'back',
	'next',
	'onward',
	'previous',
	'undo'
]);
