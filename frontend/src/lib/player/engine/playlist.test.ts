import { describe, expect, it } from 'vitest';
import { attributes, besides, parseMaster, parseMedia, rungName, segmentAt } from './playlist.ts';

export const MASTER = `#EXTM3U
#EXT-X-VERSION:7
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="opus16",NAME="opus16",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="1",URI="opus16.m3u8"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="aac24",NAME="aac24",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="1",URI="aac24.m3u8"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="aac64",NAME="aac64",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="aac64.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=18395,AVERAGE-BANDWIDTH=17605,CODECS="opus",AUDIO="opus16"
opus16.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=27000,AVERAGE-BANDWIDTH=25300,CODECS="mp4a.40.2",AUDIO="aac24"
aac24.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=1387000,AVERAGE-BANDWIDTH=1283000,CODECS="avc1.4d401f,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=25.000,AUDIO="aac64"
720p.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=51200,AVERAGE-BANDWIDTH=46700,CODECS="avc1.4d401e,opus",RESOLUTION=854x480,FRAME-RATE=2.000,AUDIO="opus16"
slides.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=60000,AVERAGE-BANDWIDTH=54200,CODECS="avc1.4d401e,mp4a.40.2",RESOLUTION=854x480,FRAME-RATE=2.000,AUDIO="aac24"
slides.m3u8
`;

describe('master playlist', () => {
	it('gives rungs in the order of their bandwidth, each with its sound', () => {
		const { video, audio } = parseMaster(MASTER);
		expect(video.map((v) => `${v.name}+${v.audio?.name}`)).toEqual([
			'slides+opus16',
			'slides+aac24',
			'720p+aac64'
		]);
		expect(audio.map((a) => [a.name, a.bandwidth])).toEqual([
			['opus16', 18395],
			['aac24', 27000],
			['aac64', 67000]
		]);
		expect(video[0]).toMatchObject({
			codecs: 'avc1.4d401e',
			width: 854,
			height: 480,
			fps: 2,
			average: 46700
		});
	});

	it('reads a video without sound', () => {
		const { video, audio } = parseMaster(
			'#EXTM3U\r\n#EXT-X-STREAM-INF:BANDWIDTH=30000,CODECS="avc1.4d401e",RESOLUTION=854x480\r\nslides.m3u8\r\n'
		);
		expect(audio).toEqual([]);
		expect(video).toMatchObject([{ name: 'slides', audio: null, average: 30000 }]);
	});

	it('leaves out what it could not decide about', () => {
		const { video } = parseMaster(
			'#EXT-X-STREAM-INF:BANDWIDTH=1\nx.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS="avc1.4d401e,opus",AUDIO="none"\ny.m3u8\n#EXT-X-STREAM-INF:CODECS="avc1.4d401e"'
		);
		expect(video).toEqual([]);
	});

	it('keeps commas inside of quotes together', () => {
		expect(attributes('#X:A="b,c",D=1.5,E="f"')).toEqual({ A: 'b,c', D: '1.5', E: 'f' });
	});

	it('names a rung by its file or by its folder', () => {
		expect(rungName('slides.m3u8')).toBe('slides');
		expect(rungName('slides/index.m3u8?v=2')).toBe('slides');
		expect(rungName('a/240p.m3u8')).toBe('240p');
	});
});

describe('media playlist', () => {
	const media = parseMedia(
		'#EXTM3U\n#EXT-X-MAP:URI="slides/init.mp4"\n#EXTINF:6.000,\nslides/0.m4s\n#EXTINF:6.000,\nslides/1.m4s\n#EXTINF:2.480,\nslides/2.m4s\n#EXT-X-ENDLIST\n'
	);

	it('gives init, segments on the time line and the length', () => {
		expect(media.init).toBe('slides/init.mp4');
		expect(media.segments.map((s) => s.start)).toEqual([0, 6, 12]);
		expect(media.duration).toBeCloseTo(14.48);
	});

	it('finds the segment of any second', () => {
		const at = (t: number) => segmentAt(media, t);
		expect([at(-1), at(0), at(5.9), at(5.97), at(6), at(13), at(999)]).toEqual([
			0, 0, 0, 1, 1, 2, 2
		]);
	});

	it('refuses one without media', () => {
		expect(() => parseMedia('#EXTM3U\n')).toThrow();
		expect(() => parseMedia('#EXTINF:6,\na.m4s\n')).toThrow();
	});

	it('resolves a path beside the playlist', () => {
		expect(besides('slides.m3u8', 'slides/0.m4s')).toBe('slides/0.m4s');
		expect(besides('slides/index.m3u8', '0.m4s')).toBe('slides/0.m4s');
		expect(besides('slides/index.m3u8', '/x/0.m4s')).toBe('/x/0.m4s');
	});
});
