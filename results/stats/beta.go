package stats

import "math"

// regularizedBeta is I_x(a, b) for a, b > 0, by the continued fraction of
// https://dlmf.nist.gov/8.17#v evaluated with Lentz's method.
func regularizedBeta(a, b, x float64) float64 {
	switch {
	case math.IsNaN(x):
		return x
	case x <= 0:
		return 0
	case x >= 1:
		return 1
	}
	ab, _ := math.Lgamma(a + b)
	la, _ := math.Lgamma(a)
	lb, _ := math.Lgamma(b)
	front := math.Exp(ab - la - lb + a*math.Log(x) + b*math.Log1p(-x))
	// The fraction converges fast on the side of the mean away from 1.
	if x < (a+1)/(a+b+2) {
		return min(1, front*betaFraction(a, b, x)/a)
	}
	return max(0, 1-front*betaFraction(b, a, 1-x)/b)
}

func betaFraction(a, b, x float64) float64 {
	const tiny = 1e-300 // instead of a zero denominator
	away := func(v float64) float64 {
		if math.Abs(v) < tiny {
			return tiny
		}
		return v
	}
	c, d := 1.0, 1/away(1-(a+b)*x/(a+1))
	f := d
	// About √max(a, b) steps are needed; the bound is for values beyond use.
	for i := 1; i < 100_000; i++ {
		m := float64(i)
		even := m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		d = 1 / away(1+even*d)
		c = away(1 + even/c)
		f *= c * d
		odd := -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		d = 1 / away(1+odd*d)
		c = away(1 + odd/c)
		f *= c * d
		if math.Abs(c*d-1) < 1e-15 {
			break
		}
	}
	return f
}

// normalTail is P(Z > z) of the standard normal.
func normalTail(z float64) float64 { return math.Erfc(z/math.Sqrt2) / 2 }

// upperZ is the z with P(Z > z) = alpha.
func upperZ(alpha float64) float64 { return math.Sqrt2 * math.Erfcinv(2*alpha) }

// bisect returns where the increasing function f crosses target in [lo, hi], to
// the last bits.
func bisect(lo, hi, target float64, f func(float64) float64) float64 {
	for range 200 {
		mid := lo + (hi-lo)/2
		if mid <= lo || mid >= hi {
			break
		}
		if f(mid) < target {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo + (hi-lo)/2
}
