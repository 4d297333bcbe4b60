package stats

// studentTail is P(T > t) of Student's t with df degrees of freedom
// (https://dlmf.nist.gov/8.17 with x = df/(df+t²)).
func studentTail(t, df float64) float64 {
	// Whichever of x and 1−x is small keeps its digits.
	var tail float64
	if t*t < df {
		tail = (1 - regularizedBeta(0.5, df/2, t*t/(df+t*t))) / 2
	} else {
		tail = regularizedBeta(df/2, 0.5, df/(df+t*t)) / 2
	}
	if t < 0 {
		return 1 - tail
	}
	return tail
}

// studentQuantile is the t with P(T > t) = alpha, alpha ≤ ½.
func studentQuantile(alpha, df float64) float64 {
	hi := 1.0
	for studentTail(hi, df) > alpha && hi < 1e150 {
		hi *= 2
	}
	return bisect(0, hi, -alpha, func(t float64) float64 { return -studentTail(t, df) })
}
