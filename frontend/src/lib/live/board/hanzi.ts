/** The Chinese characters of what somebody typed, in their order. */
export const hanziOf = (text: string) => [...text].filter((one) => /\p{Script=Han}/u.test(one));

/** Squares of one page: more would be too small to write in. */
export const MOST_SQUARES = 24;
