package film

import (
	"fmt"
	"math"
	"testing"
)

// TestOutlineIsThatOfTheBoard compares with what perfect-freehand 1.2.3 makes of the same points: number of corners, sum of
// their places, and the area within.
func TestOutlineIsThatOfTheBoard(t *testing.T) {
	t.Parallel()
	want := map[string][4]float64{
		"true 1":   {44, 8817.071898, 13233.544960, 71.563698},
		"true 2":   {50, 10229.441447, 15487.201547, 214.917123},
		"true 3":   {48, 10041.575201, 15308.396979, 268.518555},
		"true 30":  {127, 35854.643126, 38276.888760, 3204.699460},
		"false 1":  {44, 8817.586348, 13234.059168, 58.234108},
		"false 2":  {50, 10228.680131, 15484.185988, 155.161790},
		"false 3":  {48, 10041.716133, 15308.498130, 208.328275},
		"false 30": {127, 35839.463243, 38280.794462, 1929.056909},
	}
	for _, felt := range []bool{true, false} {
		for _, n := range []int{1, 2, 3, 30} {
			var points []inkPoint
			for i := range n {
				x, p := 200+float64(i)*7, 0.0
				if i > 20 {
					x -= float64(i-20) * 14
				}
				if felt {
					p = (80 + float64(i)*4) / 255
				}
				points = append(points, inkPoint{point{math.Round(x*10) / 10, math.Round((300+math.Sin(float64(i)/4)*60)*10) / 10}, p})
			}
			edge := outlineOf(points, 8)
			var got [4]float64
			got[0] = float64(len(edge))
			for i, a := range edge {
				b := edge[(i+1)%len(edge)]
				got[1], got[2], got[3] = got[1]+a.x, got[2]+a.y, got[3]+(a.x*b.y-b.x*a.y)/2
			}
			key := fmt.Sprintf("%v %d", felt, n)
			for i, w := range want[key] {
				if math.Abs(got[i]-w) > 1e-6*math.Max(1, math.Abs(w)) {
					t.Errorf("%s: %v, want %v", key, got, want[key])
					break
				}
			}
		}
	}
}
