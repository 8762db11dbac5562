package film

import "image"

// planes is a picture as a video encoder takes it (BT.709, studio range): brightness of every pixel, colour of every two by
// two. Only what has changed is converted.
type planes struct {
	width, height int
	pix           []byte
}

func newPlanes(width, height int) *planes {
	p := &planes{width, height, make([]byte, width*height*3/2)}
	for i := range p.pix {
		p.pix[i] = 128
	}
	return p
}

// convert takes a part of a picture of the same size over.
func (p *planes) convert(img *image.RGBA, part image.Rectangle) {
	part = part.Intersect(img.Bounds())
	size := p.width * p.height
	luma, cb, cr := p.pix[:size], p.pix[size:size+size/4], p.pix[size+size/4:]
	for y := part.Min.Y &^ 1; y < part.Max.Y; y += 2 {
		for x := part.Min.X &^ 1; x < part.Max.X; x += 2 {
			var sr, sg, sb int
			for dy := range 2 {
				row := img.Pix[(y+dy)*img.Stride+4*x:]
				for dx := range 2 {
					r, g, b := int(row[4*dx]), int(row[4*dx+1]), int(row[4*dx+2])
					luma[(y+dy)*p.width+x+dx] = byte((11966*r + 40254*g + 4064*b + 16<<16 + 1<<15) >> 16)
					sr, sg, sb = sr+r, sg+g, sb+b
				}
			}
			at := y/2*(p.width/2) + x/2
			cb[at] = byte((-6596*sr - 22189*sg + 28784*sb + 128<<18 + 1<<17) >> 18)
			cr[at] = byte((28784*sr - 26145*sg - 2639*sb + 128<<18 + 1<<17) >> 18)
		}
	}
}

// paste puts a small picture in planes at an even place.
func (p *planes) paste(small []byte, width, height int, at image.Point) {
	from, to := 0, 0
	for plane := range 3 {
		w, h, big, x, y := width, height, p.width, at.X, at.Y
		if plane > 0 {
			w, h, big, x, y = w/2, h/2, big/2, x/2, y/2
		}
		for row := range h {
			copy(p.pix[to+(y+row)*big+x:][:w], small[from+row*w:][:w])
		}
		from += w * h
		to += big * p.height
		if plane > 0 {
			to -= big * p.height / 2
		}
	}
}
