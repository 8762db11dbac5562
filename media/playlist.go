package media

import (
	"fmt"
	"strconv"
	"strings"
)

// mediaPlaylist is the playlist of one rendition. Addresses are relative, so that they inherit the token in the path
// and the playlist is the same for everyone; they hold the generation, so that a segment's address never changes its
// content.
func mediaPlaylist(r renditionRow) string {
	longest := int32(0)
	for _, ms := range r.SegmentMs {
		longest = max(longest, ms)
	}
	var b strings.Builder
	b.Grow(160 + 40*len(r.SegmentMs))
	fmt.Fprintf(&b, "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:%d\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-INDEPENDENT-SEGMENTS\n", (longest+999)/1000)
	dir := r.folder() + "/"
	fmt.Fprintf(&b, "#EXT-X-MAP:URI=\"%s%s\"\n", dir, initName)
	for i, ms := range r.SegmentMs {
		fmt.Fprintf(&b, "#EXTINF:%d.%03d,\n%s%d.m4s\n", ms/1000, ms%1000, dir, i)
	}
	b.WriteString("#EXT-X-ENDLIST\n")
	return b.String()
}

// folder is where a rendition's segments lie in addresses. It holds the generation.
func (r renditionRow) folder() string { return r.Name + "-" + strconv.Itoa(r.Generation) }

// initName is the init segment of a rendition.
const initName = "init.mp4"

// masterPlaylist lists the renditions with their measured bandwidths. ffmpeg's own says the encoder's caps instead
// (2.7 times too much for a lecture) and drops the codecs. Each picture comes with Opus for players that know it and
// with AAC for those that do not; sound alone is offered too.
func masterPlaylist(all []renditionRow) string {
	var b strings.Builder
	b.WriteString("#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n")
	sounds := map[string]renditionRow{}
	for _, r := range all {
		if r.Kind == "audio" {
			sounds[r.Name] = r
			fmt.Fprintf(&b, "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=%q,NAME=\"audio\",DEFAULT=YES,AUTOSELECT=YES,URI=\"%s.m3u8\"\n", r.Name, r.Name)
		}
	}
	for _, r := range all {
		if r.Kind == "video" {
			for _, name := range partners(r.Name, sounds) {
				writeVariant(&b, r, sounds[name])
			}
		}
	}
	for _, name := range []string{"aac24", "opus16"} {
		if r, have := sounds[name]; have {
			writeVariant(&b, renditionRow{}, r)
		}
	}
	return b.String()
}

// partners are the sounds that go with a picture, AAC first: a player that cannot Opus may take the first it finds.
func partners(rung string, sounds map[string]renditionRow) []string {
	if len(sounds) == 0 {
		return []string{""}
	}
	if _, have := sounds["aac64"]; have && rich(rung) {
		return []string{"aac64"}
	}
	return []string{"aac24", "opus16"}
}

// writeVariant writes one line of the ladder: picture and sound, or one of them.
func writeVariant(b *strings.Builder, picture, sound renditionRow) {
	name, codecs := picture.Name, picture.Codecs
	switch {
	case name == "":
		name, codecs = sound.Name, sound.Codecs
	case sound.Name != "":
		codecs += "," + sound.Codecs
	}
	fmt.Fprintf(b, "#EXT-X-STREAM-INF:BANDWIDTH=%d,AVERAGE-BANDWIDTH=%d,CODECS=%q",
		picture.Bandwidth+sound.Bandwidth, picture.AverageBandwidth+sound.AverageBandwidth, codecs)
	if picture.Name != "" {
		fmt.Fprintf(b, ",RESOLUTION=%dx%d,FRAME-RATE=%.3f", picture.Width, picture.Height, picture.FrameRate)
	}
	if sound.Name != "" {
		fmt.Fprintf(b, ",AUDIO=%q", sound.Name)
	}
	fmt.Fprintf(b, "\n%s.m3u8\n", name)
}
