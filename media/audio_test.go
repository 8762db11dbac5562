package media_test

import (
	"testing"

	"github.com/google/uuid"

	"hanzhi/media"
	"hanzhi/server/fault"
)

func TestSound(t *testing.T) {
	t.Parallel()
	f := setup(t)
	spoken := []string{"-f", "lavfi", "-i", "sine=frequency=300:duration=1.5", "-af", "adelay=1000,apad=pad_dur=1"}
	t.Run("a recording of any kind becomes a small sound without the silence around it", func(t *testing.T) {
		for name, args := range map[string][]string{"a.wav": spoken, "a.mp3": spoken, "a.ogg": append(spoken, "-c:a", "libopus"), "a.webm": append(spoken, "-c:a", "libopus"), "a.m4a": spoken} {
			id := f.upload(t, media.KindAudio, name, source(t, name, args...))
			a := f.process(t, id)
			if a.State != media.StateReady || a.Sound == "" || a.DurationMs < 1400 || a.DurationMs > 2000 {
				t.Errorf("%s: %+v %+v", name, a, a.Failure)
			}
		}
	})
	t.Run("what is no sound, too long or silent is refused with the reason", func(t *testing.T) {
		for want, content := range map[string][]byte{
			"not_a_sound":    noise(5000),
			"sound_too_long": source(t, "long.mp3", "-f", "lavfi", "-i", "sine=frequency=300:duration=40"),
			"silent":         source(t, "silent.wav", "-f", "lavfi", "-i", "anullsrc=r=22050:cl=mono", "-t", "2"),
		} {
			a := f.process(t, f.upload(t, media.KindAudio, want, content))
			if a.State != media.StateFailed || a.Failure == nil || a.Failure.Code != want {
				t.Errorf("%s: %s %+v", want, a.State, a.Failure)
			}
		}
		if a := f.process(t, f.upload(t, media.KindAudio, "picture.png", source(t, "p.png", "-f", "lavfi", "-i", "color=red:size=64x64", "-frames:v", "1"))); a.Failure == nil {
			t.Error("a picture is taken for a sound")
		}
	})
	t.Run("what a term shows or says is everybody's, and stays while it does", func(t *testing.T) {
		id := f.process(t, f.upload(t, media.KindAudio, "word.wav", source(t, "word.wav", spoken...))).ID
		bank, term := newID(), newID()
		f.exec(t, `INSERT INTO term_banks (id, institution_id, trade, name) VALUES ($1, $2, '7223', '{}')`, bank, f.institution)
		if _, err := fetch(f.Service, f.SoundURL(uuid.Nil, id)); err == nil {
			t.Error("a sound of no term is heard by everybody")
		}
		f.exec(t, `INSERT INTO terms (id, bank_id, hanzi, pinyin, audio_id) VALUES ($1, $2, '急停', 'jí tíng', $3)`, term, bank, id)
		other := f.open(t) // the first has asked already
		c, err := fetch(other, f.SoundURL(uuid.Nil, id))
		if err != nil || c.Type != "audio/mp4" || c.Size < 1000 || c.Size > 20_000 {
			t.Fatalf("%+v %v", c, err)
		}
		if err := f.DeleteAsset(t.Context(), f.author, id); !fault.Is(err, fault.Conflict) {
			t.Error(err)
		}
		f.exec(t, `UPDATE terms SET deleted_at = now() WHERE id = $1`, term)
		if err := f.DeleteAsset(t.Context(), f.author, id); err != nil {
			t.Error(err)
		}
	})
	t.Run("a picture has a small one for phones", func(t *testing.T) {
		id := f.process(t, f.upload(t, media.KindImage, "p.png", source(t, "p.png", "-f", "lavfi", "-i", "testsrc=size=1200x900", "-frames:v", "1"))).ID
		large, err := fetch(f.Service, f.ImageURL(f.author, id))
		if err != nil {
			t.Fatal(err)
		}
		small, err := fetch(f.Service, f.SmallImageURL(f.author, id))
		if err != nil || small.Size >= large.Size {
			t.Errorf("%d bytes, the large one %d: %v", small.Size, large.Size, err)
		}
	})
}
